// I/O: a TCP server that answers in upper case. The peer's clients keep a connection each. A client sends its next
// request when the last one was answered (closed loop), compares every byte of the answer, and records its latency.
#include "workloads/io/echo.h"

#include <algorithm>
#include <memory>
#include <span>

#include "workloads/integer_work.h"
#include "workloads/io/server.h"
#include "workloads/io/upper_case.h"

namespace workloads {
namespace {

// Serves one connection: answers until the client closes it.
class EchoTask final : public tasks::SteppedTask<EchoTask> {
public:
    EchoTask(sys::UniqueFd connection, std::size_t buffer_bytes, EchoWork work)
        : SteppedTask{&EchoTask::accepted},
          connection_{std::move(connection)},
          buffer_{std::make_unique_for_overwrite<std::byte[]>(buffer_bytes)},
          buffer_bytes_{buffer_bytes},
          work_{work} {}

    void compute() override { sum_ += integer_work(work_.us); }

private:
    tasks::Operation accepted(tasks::Result) { return receive_next(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return tasks::Finish{tasks::mix(bytes_, sum_)};
        part_bytes_ = result.bytes();
        const bool computes = work_.us > 0 && (bytes_ + part_bytes_) % work_.request_bytes == 0;
        return computes ? then(&EchoTask::computed, tasks::Compute{}) : computed({});
    }
    tasks::Operation computed(tasks::Result) {
        const std::span<std::byte> part{buffer_.get(), part_bytes_};
        sum_ += upper_case(part);
        bytes_ += part.size();
        return then(&EchoTask::sent, tasks::Send{connection_.get(), part});
    }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? give_up(result) : receive_next(); }
    tasks::Operation receive_next() {
        return then(&EchoTask::received, tasks::Receive{connection_.get(), {buffer_.get(), buffer_bytes_}});
    }

    sys::UniqueFd connection_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t buffer_bytes_;
    EchoWork work_;
    std::size_t part_bytes_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t sum_ = 0;
};

class Echo final : public Server {
public:
    Echo(const EchoArguments& arguments, Acceptors acceptors)
        : Server{arguments.clients, acceptors},
          payload_{arguments.payload},
          work_us_{arguments.work_us},
          buffer_bytes_{std::max(arguments.buffer_least, 2 * payload_)} {}

    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t shards_most) const override {
        return make_clients(shards_most, [payload = payload_](std::size_t client) {
            return EchoExchange{client, payload};
        });
    }

private:
    std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const override {
        // Twice a request: a receive that fills its buffer tells an event loop to try again before it waits.
        return make_echo_connection(std::move(connection), buffer_bytes_, {.us = work_us_, .request_bytes = payload_});
    }
    std::uint64_t expected_digest(std::size_t client, std::uint64_t requests) const override {
        EchoExchange exchange{client, payload_};
        std::uint64_t sum = requests * work_result_;
        for (std::uint64_t number = 0; number < requests; ++number) {
            (void)exchange.begin(number);
            sum += exchange.answer_sum();
        }
        return tasks::mix(requests * payload_, sum);
    }

    std::size_t payload_;
    std::int64_t work_us_;
    std::size_t buffer_bytes_;
    std::uint64_t work_result_ = integer_work(work_us_);
};

constexpr tasks::Parameter parameters[] = {
    {"connections", 100, 1, 1'000'000, "clients, each with one connection"},
    {"payload", 64, 1, 1 << 24, "bytes of a request, and of its answer"},
    {"requests", 20'000, 1, 1'000'000'000, "requests of all connections together in each window"},
    {"work_us", 0, 0, 1'000'000, "what the server computes for each request: about so many microseconds"},
};
constexpr Point points[] = {
    {"connections:1/payload:64", 1},
    {"connections:10/payload:64", 1},
    {"connections:100/payload:64", 1},
    {"connections:1000/payload:64", 1},
    {"connections:100/payload:16384/requests:10000", 1},
    {"connections:100/payload:64/requests:5000/work_us:20", 1},
};

}  // namespace

EchoExchange::EchoExchange(std::size_t client, std::size_t payload)
    : KnownAnswer{payload}, client_{client}, request_(payload), expected_(payload) {
    for (std::size_t i = 0; i < payload; ++i) request_[i] = static_cast<std::byte>('a' + (client + 7 * i) % 26);
}

std::span<const std::byte> EchoExchange::begin(std::uint64_t number) {
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

std::unique_ptr<tasks::Task> make_echo_connection(sys::UniqueFd connection, std::size_t buffer_bytes, EchoWork work) {
    return std::make_unique<EchoTask>(std::move(connection), buffer_bytes, work);
}

std::unique_ptr<Workload> make_echo(const EchoArguments& arguments, Acceptors acceptors) {
    return std::make_unique<Echo>(arguments, acceptors);
}

extern constinit const Entry echo_entry{
    .name = "echo",
    .group = Group::io,
    .unit = "request",
    .summary = "TCP server that answers in upper case, for many clients at once",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:5/payload:100/requests:20/work_us:1",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        return make_echo({.clients = {arguments.count("connections"), arguments.count("requests")},
                          .payload = arguments.count("payload"),
                          .work_us = arguments.at("work_us")},
                         acceptors);
    },
    .check = require_a_request_for_each,
    .kept_open = connections_of,
    .make_handler = [](sys::UniqueFd connection) -> std::unique_ptr<tasks::Task> {
        return make_echo_connection(std::move(connection), 65'536);
    },
};

}  // namespace workloads
