// I/O: a TCP server that answers in upper case. The peer is a crowd of clients, each with a connection, that send a
// request when the last was answered (closed loop), compare every byte, and time it.
#include "workloads/io/echo.h"

#include <algorithm>
#include <memory>

#include "sys/tcp.h"
#include "workloads/io/acceptor.h"
#include "workloads/io/upper_case.h"

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

class Echo final : public Workload {
public:
    Echo(const EchoArguments& arguments, std::size_t acceptors)
        : arguments_{arguments},
          acceptors_{acceptors},
          statistics_{arguments.connections, arguments.requests},
          expected_sum_{echo_digest_sum(arguments)} {}

    std::size_t size() const override { return acceptors_; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        // Twice what can come at once: a receive that does not fill its buffer tells a loop to wait.
        const std::size_t buffer_bytes = std::max<std::size_t>(4096, 2 * arguments_.payload);
        auto make_handler = [buffer_bytes](sys::UniqueFd connection) {
            return std::make_unique<EchoTask>(std::move(connection), buffer_bytes);
        };
        return std::make_unique<Acceptor<decltype(make_handler)>>(listener_.get(), statistics_.tickets(),
                                                                  arguments_.connections, make_handler);
    }
    tasks::Demand demand() const override { return {arguments_.connections + acceptors_, 1}; }

    void begin() override { statistics_.begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict finished = verify_finished(ledger); !finished) return finished;
        if (Verdict answered = statistics_.verify(); !answered) return answered;
        if (ledger.spawned_finished() != arguments_.connections) {
            return Verdict::invalid(std::to_string(ledger.spawned_finished()) + " of " +
                                    std::to_string(arguments_.connections) + " connections were served to their end");
        }
        if (ledger.spawned_digest_sum() != expected_sum_) return Verdict::invalid("wrong digest from the connections");
        return Verdict::valid();
    }
    Work work() const override { return statistics_.work(); }
    std::unique_ptr<Workload> make_peer() const override {
        return make_echo_clients(arguments_, statistics_, sys::local_endpoint(listener_.get()));
    }
    Histogram* latency() const override { return &statistics_.latency(); }
    Histogram* latency_uncorrected() const override {
        return arguments_.rate > 0 ? &statistics_.latency_uncorrected() : nullptr;
    }
    std::string_view latency_meaning() const override { return "time to answer, seen by the client"; }

private:
    EchoArguments arguments_;
    std::size_t acceptors_;
    mutable ClientStatistics statistics_;  // what const tasks write into: it lies in shared memory
    std::uint64_t expected_sum_;
    sys::UniqueFd listener_ = sys::listen_on({}, static_cast<int>(arguments_.connections) + 16);
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

std::unique_ptr<Workload> make_echo(const EchoArguments& arguments, std::size_t acceptors) {
    return std::make_unique<Echo>(arguments, acceptors);
}

extern constinit const Entry echo_entry{
    .name = "echo",
    .group = Group::io,
    .unit = "request",
    .summary = "TCP server that answers in upper case, under a crowd of clients",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:5/payload:100/requests:3",
    .make = [](const tasks::Arguments& arguments, std::size_t acceptors) -> std::unique_ptr<Workload> {
        return make_echo({arguments.count("connections"), arguments.count("payload"),
                          static_cast<std::uint64_t>(arguments.at("requests"))},
                         acceptors);
    },
    .make_handler = [](sys::UniqueFd connection) -> std::unique_ptr<tasks::Task> {
        return std::make_unique<EchoTask>(std::move(connection), std::size_t{65'536});
    },
};

}  // namespace workloads
