// I/O: a TCP server that answers in upper case. The peer is a crowd of clients, each with a connection, that send a
// request when the last was answered (closed loop), compare every byte, and time it.
#include <algorithm>
#include <cstring>
#include <memory>
#include <system_error>
#include <vector>

#include "sys/clock.h"
#include "sys/tcp.h"
#include "workloads/crowd.h"
#include "workloads/server.h"
#include "workloads/upper_case.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

// The server's side of a connection: it answers whatever comes until the client closes.
class EchoTask final : public tasks::SteppedTask<EchoTask> {
public:
    EchoTask(sys::UniqueFd connection, std::size_t buffer_bytes)
        : SteppedTask{&EchoTask::accepted},
          connection_{std::move(connection)},
          buffer_{std::make_unique_for_overwrite<std::byte[]>(buffer_bytes)},
          buffer_bytes_{buffer_bytes} {}

private:
    tasks::Operation accepted(tasks::Outcome) { return receive_next(); }
    tasks::Operation received(tasks::Outcome outcome) {
        if (outcome.failed()) return give_up(outcome);
        if (outcome.bytes() == 0) return tasks::Finish{tasks::mix(bytes_, sum_)};
        const std::span<std::byte> request{buffer_.get(), outcome.bytes()};
        sum_ += upper_case(request);
        bytes_ += request.size();
        return then(&EchoTask::sent, tasks::Send{connection_.get(), request});
    }
    tasks::Operation sent(tasks::Outcome outcome) { return outcome.failed() ? give_up(outcome) : receive_next(); }
    tasks::Operation receive_next() {
        return then(&EchoTask::received, tasks::Receive{connection_.get(), {buffer_.get(), buffer_bytes_}});
    }

    sys::UniqueFd connection_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t buffer_bytes_;
    std::uint64_t bytes_ = 0;
    std::uint64_t sum_ = 0;
};

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

class ClientTask final : public tasks::SteppedTask<ClientTask> {
public:
    ClientTask(std::size_t client, Crowd& crowd, sys::Endpoint server, std::size_t payload, std::uint64_t requests)
        : SteppedTask{&ClientTask::started},
          client_{client},
          crowd_{crowd},
          server_{server},
          requests_{requests},
          text_{client, payload},
          expected_(payload),
          answer_(payload) {}

private:
    tasks::Operation started(tasks::Outcome outcome) {
        socket_ = open_client_socket(crowd_.next_connection(), outcome);
        if (!socket_) return give_up(outcome);
        return then(&ClientTask::connected, tasks::Connect{socket_.get(), server_.native()});
    }
    tasks::Operation connected(tasks::Outcome outcome) { return outcome.failed() ? give_up(outcome) : ask_next(); }
    tasks::Operation sent(tasks::Outcome outcome) { return outcome.failed() ? give_up(outcome) : receive_rest(); }
    tasks::Operation received(tasks::Outcome outcome) {
        if (outcome.failed()) return give_up(outcome);
        if (outcome.bytes() == 0) return give_up({-ECONNRESET});
        received_ += outcome.bytes();
        if (received_ < answer_.size()) return receive_rest();
        const sys::Nanoseconds latency = sys::now() - asked_at_;
        if (answer_ != expected_) return give_up({-EBADMSG});
        crowd_.answered(client_, latency.count(), 2 * answer_.size());
        return ++answered_ < requests_ ? ask_next() : tasks::Finish{answered_};
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

    std::size_t client_;
    Crowd& crowd_;
    sys::Endpoint server_;
    std::uint64_t requests_;
    sys::UniqueFd socket_;
    Text text_;
    std::vector<std::byte> expected_;
    std::vector<std::byte> answer_;
    std::size_t received_ = 0;
    std::uint64_t answered_ = 0;
    sys::TimePoint asked_at_;
};

struct EchoSizes {
    std::size_t connections;
    std::size_t payload;
    std::uint64_t requests;  // of each connection
};

class EchoClients final : public Workload {
public:
    EchoClients(EchoSizes sizes, Crowd& crowd, sys::Endpoint server) : sizes_{sizes}, crowd_{crowd}, server_{server} {}

    std::size_t size() const override { return sizes_.connections; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<ClientTask>(index, crowd_, server_, sizes_.payload, sizes_.requests);
    }
    tasks::Demand demand() const override { return {sizes_.connections, 1}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t) { return sizes_.requests; });
    }
    Work work() const override { return crowd_.work(); }

private:
    EchoSizes sizes_;
    Crowd& crowd_;
    sys::Endpoint server_;
};

class Echo final : public Workload {
public:
    Echo(EchoSizes sizes, std::size_t acceptors)
        : sizes_{sizes}, acceptors_{acceptors}, crowd_{sizes.connections, sizes.requests} {
        for (std::size_t client = 0; client < sizes.connections; ++client) {
            Text text{client, sizes.payload};
            std::vector<std::byte> upper(sizes.payload);
            std::uint64_t sum = 0;
            for (std::uint64_t number = 0; number < sizes.requests; ++number) {
                std::ranges::copy(text.request(number), upper.begin());
                sum += upper_case(upper);
            }
            expected_sum_ += tasks::mix(sizes.requests * sizes.payload, sum);
        }
    }

    std::size_t size() const override { return acceptors_; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        // Twice what can come at once: a receive that does not fill its buffer tells a loop to wait.
        const std::size_t buffer_bytes = std::max<std::size_t>(4096, 2 * sizes_.payload);
        auto make_handler = [buffer_bytes](sys::UniqueFd connection) {
            return std::make_unique<EchoTask>(std::move(connection), buffer_bytes);
        };
        return std::make_unique<Acceptor<decltype(make_handler)>>(listener_.get(), crowd_.tickets(), sizes_.connections,
                                                                  make_handler);
    }
    tasks::Demand demand() const override { return {sizes_.connections + acceptors_, 1}; }

    void begin() override { crowd_.begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict finished = verify_finished(ledger); !finished) return finished;
        if (Verdict answered = crowd_.verify(); !answered) return answered;
        if (ledger.spawned_finished() != sizes_.connections) {
            return Verdict::invalid(std::to_string(ledger.spawned_finished()) + " of " +
                                    std::to_string(sizes_.connections) + " connections were served to their end");
        }
        if (ledger.spawned_digest_sum() != expected_sum_) return Verdict::invalid("wrong digest from the connections");
        return Verdict::valid();
    }
    Work work() const override { return crowd_.work(); }
    std::unique_ptr<Workload> make_peer() const override {
        return std::make_unique<EchoClients>(sizes_, crowd_, sys::local_endpoint(listener_.get()));
    }
    Histogram* latency() const override { return &crowd_.latency(); }
    std::string_view latency_meaning() const override { return "time to answer, seen by the client"; }

private:
    EchoSizes sizes_;
    std::size_t acceptors_;
    mutable Crowd crowd_;  // what const tasks write into: it lies in shared memory
    std::uint64_t expected_sum_ = 0;
    sys::UniqueFd listener_ = sys::listen_on({}, static_cast<int>(sizes_.connections) + 16);
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

extern const Entry echo;
constinit const Entry echo{
    .name = "echo",
    .group = Group::io,
    .unit = "request",
    .summary = "TCP server that answers in upper case, under a crowd of clients",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:5/payload:100/requests:3",
    .make = [](const tasks::Sizes& sizes, std::size_t acceptors) -> std::unique_ptr<Workload> {
        return std::make_unique<Echo>(EchoSizes{sizes.count("connections"), sizes.count("payload"),
                                                static_cast<std::uint64_t>(sizes.at("requests"))},
                                      acceptors);
    },
};

}  // namespace workloads
