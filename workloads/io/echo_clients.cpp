#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "sys/clock.h"
#include "workloads/io/client_socket.h"
#include "workloads/io/clients.h"
#include "workloads/io/echo.h"
#include "workloads/io/upper_case.h"

namespace workloads {
namespace {

constexpr int all_connected = 0;

// What client `client` asks in request number `number`: small letters that differ from one to the next.
class Text {
public:
    Text(std::size_t client, std::size_t bytes) : client_{client}, text_(bytes) {
        for (std::size_t i = 0; i < bytes; ++i) text_[i] = static_cast<std::byte>('a' + (client + 7 * i) % 26);
    }
    // Sixteen letters in front tell client and request; the rest stays.
    std::span<const std::byte> request(std::uint64_t number) {
        std::uint64_t code = tasks::mix(client_, number);
        for (std::size_t i = 0; i < std::min<std::size_t>(16, text_.size()); ++i, code >>= 4) {
            text_[i] = static_cast<std::byte>('a' + (code & 15));
        }
        return text_;
    }

private:
    std::size_t client_;
    std::vector<std::byte> text_;
};

// When each request should be sent: all clients together evenly spaced, one after another.
class Schedule {
public:
    Schedule(const EchoArguments& arguments, std::size_t client)
        : spacing_ns_{1e9 / static_cast<double>(arguments.rate)}, clients_{arguments.connections}, client_{client} {}
    [[nodiscard]] sys::TimePoint time_of(std::uint64_t request, sys::TimePoint begin) const {
        const auto position = static_cast<double>(request * clients_ + client_);
        return begin + sys::Nanoseconds{static_cast<std::int64_t>(position * spacing_ns_)};
    }

private:
    double spacing_ns_;
    std::size_t clients_;
    std::size_t client_;
};

class ClientTask final : public tasks::SteppedTask<ClientTask> {
public:
    ClientTask(std::size_t client, ClientStatistics& statistics, sys::Endpoint server, const EchoArguments& arguments,
               SocketPlace& place)
        : SteppedTask{&ClientTask::started},
          client_{client},
          statistics_{statistics},
          server_{server},
          arguments_{arguments},
          place_{place},
          text_{client, arguments.payload},
          expected_(arguments.payload),
          answer_(arguments.payload) {}
    ~ClientTask() override { place_.store(-1); }

private:
    tasks::Operation started(tasks::Result result) {
        socket_ = open_client_socket(statistics_.next_connection(), result);
        if (!socket_) return give_up(result);
        place_.store(socket_.get());
        return then(&ClientTask::connected, tasks::Connect{socket_.get(), server_.native()});
    }
    tasks::Operation connected(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (!open_loop()) return ask_next();
        if (!statistics_.arrive_last()) return then(&ClientTask::begun, tasks::Await{all_connected});
        return then(&ClientTask::begun, tasks::Announce{all_connected});
    }
    tasks::Operation begun(tasks::Result result) { return result.failed() ? give_up(result) : ask_in_time(); }
    tasks::Operation due(tasks::Result result) { return result.failed() ? give_up(result) : ask_next(); }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? give_up(result) : receive_rest(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return give_up({-ECONNRESET});
        received_ += result.bytes();
        if (received_ < answer_.size()) return receive_rest();
        const sys::TimePoint now = sys::now();
        if (answer_ != expected_) return give_up({-EBADMSG});
        enter_times(now);
        if (++answered_ == arguments_.requests) return tasks::Finish{answered_};
        return open_loop() ? ask_in_time() : ask_next();
    }

    [[nodiscard]] bool open_loop() const noexcept { return arguments_.rate > 0; }
    // Late already, because the last answer was: at once.
    tasks::Operation ask_in_time() {
        intended_ = Schedule{arguments_, client_}.time_of(answered_, statistics_.begin_of_schedule());
        return sys::now() < intended_ ? then(&ClientTask::due, tasks::Sleep{intended_}) : ask_next();
    }
    tasks::Operation ask_next() {
        const std::span<const std::byte> request = text_.request(answered_);
        std::ranges::copy(request, expected_.begin());
        upper_case(expected_);
        received_ = 0;
        asked_at_ = sys::now();
        return then(&ClientTask::sent, tasks::Send{socket_.get(), request});
    }
    tasks::Operation receive_rest() {
        return then(&ClientTask::received, tasks::Receive{socket_.get(), std::span{answer_}.subspan(received_)});
    }
    void enter_times(sys::TimePoint now) {
        const sys::Nanoseconds since_asked = now - asked_at_;
        const sys::Nanoseconds since_intended = open_loop() ? sys::Nanoseconds{now - intended_} : since_asked;
        statistics_.answered(client_, since_intended.count(), 2 * answer_.size());
        if (open_loop()) statistics_.latency_uncorrected().record(since_asked.count());
    }

    std::size_t client_;
    ClientStatistics& statistics_;
    sys::Endpoint server_;
    const EchoArguments& arguments_;
    SocketPlace& place_;
    sys::UniqueFd socket_;
    Text text_;
    std::vector<std::byte> expected_;
    std::vector<std::byte> answer_;
    std::size_t received_ = 0;
    std::uint64_t answered_ = 0;
    sys::TimePoint asked_at_;
    sys::TimePoint intended_;
};

class EchoClients final : public Clients {
public:
    EchoClients(const EchoArguments& arguments, ClientStatistics& statistics, sys::Endpoint server)
        : Clients{arguments.connections, arguments.requests, statistics}, arguments_{arguments}, server_{server} {}

    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<ClientTask>(index, statistics(), server_, arguments_, place(index));
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = arguments_.connections,
                .descriptors_per_task = 1,
                .together = arguments_.rate > 0 ? arguments_.connections : 1,
                .events = 1};
    }

private:
    EchoArguments arguments_;
    sys::Endpoint server_;
};

}  // namespace

std::unique_ptr<Workload> make_echo_clients(const EchoArguments& arguments, ClientStatistics& statistics,
                                            sys::Endpoint server) {
    return std::make_unique<EchoClients>(arguments, statistics, server);
}

std::uint64_t echo_digest_sum(const EchoArguments& arguments) {
    std::uint64_t total = 0;
    std::vector<std::byte> upper(arguments.payload);
    for (std::size_t client = 0; client < arguments.connections; ++client) {
        Text text{client, arguments.payload};
        std::uint64_t sum = 0;
        for (std::uint64_t number = 0; number < arguments.requests; ++number) {
            std::ranges::copy(text.request(number), upper.begin());
            sum += upper_case(upper);
        }
        total += tasks::mix(arguments.requests * arguments.payload, sum);
    }
    return total;
}

}  // namespace workloads
