// I/O: a TCP server that answers in upper case. The peer's clients have a connection each. A client sends its next
// request when the last one was answered (closed loop), compares every byte of the answer, and records its latency.
#include "workloads/io/echo.h"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "workloads/io/known_answer.h"
#include "workloads/io/server.h"
#include "workloads/io/upper_case.h"

namespace workloads {
namespace {

// What one client asks: `payload` small letters, different in each request of each client. The answer is the same text
// in upper case.
class EchoExchange : public KnownAnswer {
public:
    EchoExchange(std::size_t client, std::size_t payload)
        : KnownAnswer{payload}, client_{client}, request_(payload), expected_(payload) {
        for (std::size_t i = 0; i < payload; ++i) request_[i] = static_cast<std::byte>('a' + (client + 7 * i) % 26);
    }

    std::span<const std::byte> begin(std::uint64_t number) {
        // The first 16 letters identify client and request; the others stay the same.
        std::uint64_t code = tasks::mix(client_, number);
        for (std::size_t i = 0; i < std::min<std::size_t>(16, request_.size()); ++i, code >>= 4) {
            request_[i] = static_cast<std::byte>('a' + (code & 15));
        }
        std::ranges::copy(request_, expected_.begin());
        answer_sum_ = upper_case(expected_);
        begin_answer();
        return request_;
    }
    bool check() noexcept { return equals(expected_); }
    std::uint64_t payload_bytes() const noexcept { return 2 * expected_.size(); }
    // The sum of the bytes of the last request's answer.
    std::uint64_t answer_sum() const noexcept { return answer_sum_; }

private:
    std::size_t client_;
    std::vector<std::byte> request_;
    std::vector<std::byte> expected_;
    std::uint64_t answer_sum_ = 0;
};

// Serves one connection: answers until the client closes it.
class EchoTask final : public tasks::SteppedTask<EchoTask> {
public:
    EchoTask(sys::UniqueFd connection, std::size_t buffer_bytes)
        : SteppedTask{&EchoTask::accepted},
          connection_{std::move(connection)},
          buffer_{std::make_unique_for_overwrite<std::byte[]>(buffer_bytes)},
          buffer_bytes_{buffer_bytes} {}

private:
    tasks::Operation accepted(tasks::Result) { return receive_next(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return tasks::Finish{tasks::mix(bytes_, sum_)};
        const std::span<std::byte> request{buffer_.get(), result.bytes()};
        sum_ += upper_case(request);
        bytes_ += request.size();
        return then(&EchoTask::sent, tasks::Send{connection_.get(), request});
    }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? give_up(result) : receive_next(); }
    tasks::Operation receive_next() {
        return then(&EchoTask::received, tasks::Receive{connection_.get(), {buffer_.get(), buffer_bytes_}});
    }

    sys::UniqueFd connection_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t buffer_bytes_;
    std::uint64_t bytes_ = 0;
    std::uint64_t sum_ = 0;
};

class Echo final : public Server {
public:
    Echo(const ClientArguments& arguments, std::size_t payload, std::size_t acceptors)
        : Server{arguments, acceptors}, payload_{payload} {
        std::uint64_t expected = 0;
        for (std::size_t client = 0; client < arguments.connections; ++client) {
            EchoExchange exchange{client, payload};
            std::uint64_t sum = 0;
            for (std::uint64_t number = 0; number < arguments.requests; ++number) {
                (void)exchange.begin(number);
                sum += exchange.answer_sum();
            }
            expected += tasks::mix(arguments.requests * payload, sum);
        }
        expect_digest_sum(expected);
    }

    std::unique_ptr<Workload> make_peer() const override {
        return make_clients([payload = payload_](std::size_t client) { return EchoExchange{client, payload}; });
    }

private:
    std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const override {
        // Twice a request: a receive that fills its buffer tells an event loop to try again before it waits.
        return std::make_unique<EchoTask>(std::move(connection), std::max<std::size_t>(4096, 2 * payload_));
    }

    std::size_t payload_;
};

constexpr tasks::Parameter parameters[] = {
    {"connections", 100, 1, 1'000'000, "clients, each with one connection"},
    {"payload", 64, 1, 1 << 24, "bytes of a request, and of its answer"},
    {"requests", 100, 1, 1'000'000'000, "requests of each connection, one after another"},
};
constexpr Point points[] = {
    {"connections:1/payload:64/requests:2000", 1},    {"connections:10/payload:64/requests:500", 1},
    {"connections:100/payload:64/requests:100", 1},   {"connections:1000/payload:64/requests:20", 1},
    {"connections:100/payload:16384/requests:50", 1},
};

}  // namespace

std::unique_ptr<Workload> make_echo(const ClientArguments& arguments, std::size_t payload, std::size_t acceptors) {
    return std::make_unique<Echo>(arguments, payload, acceptors);
}

extern constinit const Entry echo_entry{
    .name = "echo",
    .group = Group::io,
    .unit = "request",
    .summary = "TCP server that answers in upper case, for many clients at once",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:5/payload:100/requests:3",
    .make = [](const tasks::Arguments& arguments, std::size_t acceptors) -> std::unique_ptr<Workload> {
        return make_echo({arguments.count("connections"), arguments.count("requests")}, arguments.count("payload"),
                         acceptors);
    },
    .make_handler = [](sys::UniqueFd connection) -> std::unique_ptr<tasks::Task> {
        return std::make_unique<EchoTask>(std::move(connection), std::size_t{65'536});
    },
};

}  // namespace workloads
