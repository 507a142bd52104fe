// I/O: a TCP server that answers in upper case. The peer's clients have a connection each. A client sends its next
// request when the last one was answered (closed loop), compares every byte of the answer, and records its latency.
#include "workloads/io/echo.h"

#include <algorithm>
#include <memory>

#include "workloads/io/echo_exchange.h"
#include "workloads/io/server.h"
#include "workloads/io/upper_case.h"

namespace workloads {
namespace {

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
        for (std::size_t client = 0; client < arguments.connections; ++client) {
            EchoExchange exchange{client, payload};
            std::uint64_t sum = 0;
            for (std::uint64_t number = 0; number < arguments.requests; ++number) {
                (void)exchange.begin(number);
                sum += exchange.answer_sum();
            }
            expected_digest_sum_ += tasks::mix(arguments.requests * payload, sum);
        }
    }

    std::unique_ptr<Workload> make_peer() const override {
        return make_clients([payload = payload_](std::size_t client) { return EchoExchange{client, payload}; });
    }

private:
    std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const override {
        // Twice a request: a receive that fills its buffer tells an event loop to try again before it waits.
        return std::make_unique<EchoTask>(std::move(connection), std::max<std::size_t>(4096, 2 * payload_));
    }
    std::uint64_t expected_digest_sum() const override { return expected_digest_sum_; }

    std::size_t payload_;
    std::uint64_t expected_digest_sum_ = 0;
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
