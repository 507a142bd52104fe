// I/O: a server whose requests differ in what they cost. Most compute for a moment, a few for a thousand times as long.
// The clients send at a fixed rate (open loop), and the short requests are timed apart from the long ones: what do they
// pay for their neighbours? A loop that computes answers nobody meanwhile (head-of-line blocking).
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "workloads/integer_work.h"
#include "workloads/io/known_answer.h"
#include "workloads/io/server.h"

namespace workloads {
namespace {

// What a client sends; both ends are on one machine.
struct Request {
    std::uint64_t code;  // differs in each request of each client
    std::int64_t work;   // what the server computes: units of integer_work()
};
using Answer = std::uint64_t;

struct Costs {
    std::int64_t short_us;  // units of integer_work()
    std::int64_t long_us;
    std::int64_t inline_us;  // a request that costs more asks for Compute
    std::uint64_t long_percent;

    // Of each hundred requests of a window the same number is long, each time at other places.
    [[nodiscard]] bool is_long(std::uint64_t number) const noexcept {
        const std::uint64_t turn = tasks::mix(number / 100, long_percent) % 100;
        return (number * 37 + turn) % 100 < long_percent;  // 37: consecutive numbers get distant places
    }
};

// Serves one connection, until the client closes it.
class JobsTask final : public tasks::SteppedTask<JobsTask> {
public:
    JobsTask(sys::UniqueFd connection, const Costs& costs)
        : SteppedTask{&JobsTask::accepted}, connection_{std::move(connection)}, costs_{costs} {}

    void compute() override { result_ = integer_work(request_.work); }

private:
    tasks::Operation accepted(tasks::Result) { return receive_more(); }
    tasks::Operation received(tasks::Result result) {
        if (result.failed()) return give_up(result);
        if (result.bytes() == 0) return tasks::Finish{tasks::mix(answered_, sum_)};
        received_ += result.bytes();
        if (received_ < sizeof request_) return receive_more();
        std::memcpy(&request_, buffer_.data(), sizeof request_);
        const bool is_known = request_.work == costs_.short_us || request_.work == costs_.long_us;
        if (received_ > sizeof request_ || !is_known) return give_up({-EBADMSG});
        received_ = 0;
        // As a program would be written: to hand a computation over to a thread costs more than a short one takes.
        if (request_.work > costs_.inline_us) return then(&JobsTask::computed, tasks::Compute{});
        compute();
        return computed({});
    }
    tasks::Operation computed(tasks::Result) {
        answer_ = tasks::mix(request_.code, result_);
        sum_ += request_.code;
        ++answered_;
        return then(&JobsTask::sent, tasks::Send{connection_.get(), std::as_bytes(std::span{&answer_, 1})});
    }
    tasks::Operation sent(tasks::Result result) { return result.failed() ? give_up(result) : receive_more(); }
    tasks::Operation receive_more() {
        return then(&JobsTask::received, tasks::Receive{connection_.get(), std::span{buffer_}.subspan(received_)});
    }

    sys::UniqueFd connection_;
    const Costs& costs_;
    // Twice a request: a receive that fills its buffer tells an event loop to try again before it waits.
    std::array<std::byte, 2 * sizeof(Request)> buffer_{};
    std::size_t received_ = 0;
    Request request_{};
    Answer answer_ = 0;
    std::uint64_t result_ = 0;  // of integer_work()
    std::uint64_t answered_ = 0;
    std::uint64_t sum_ = 0;
};

// What integer_work() returns for each class, computed once.
struct WorkResults {
    std::uint64_t of_short;
    std::uint64_t of_long;
};

std::uint64_t code_of(std::size_t client, std::uint64_t number) noexcept { return tasks::mix(client, number); }

class JobsExchange : public KnownAnswer {
public:
    JobsExchange(std::size_t client, const Costs& costs, WorkResults results)
        : KnownAnswer{sizeof expected_}, client_{client}, costs_{costs}, results_{results} {}

    // The requests of the first round are short.
    void choose(std::optional<std::uint64_t> number) noexcept { is_long_ = number && costs_.is_long(*number); }
    [[nodiscard]] RequestClass request_class() const noexcept {
        return is_long_ ? RequestClass::other : RequestClass::main;
    }
    [[nodiscard]] std::span<const std::byte> begin(std::uint64_t number) noexcept {
        request_ = {.code = code_of(client_, number), .work = is_long_ ? costs_.long_us : costs_.short_us};
        expected_ = tasks::mix(request_.code, is_long_ ? results_.of_long : results_.of_short);
        begin_answer();
        return std::as_bytes(std::span{&request_, 1});
    }
    [[nodiscard]] bool check() noexcept { return equals(std::as_bytes(std::span{&expected_, 1})); }
    [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return sizeof request_ + sizeof expected_; }

private:
    std::size_t client_;
    const Costs& costs_;
    WorkResults results_;
    bool is_long_ = false;
    Request request_{};
    Answer expected_ = 0;
};

class HeadOfLine final : public Server {
public:
    HeadOfLine(const ClientArguments& arguments, const Costs& costs, Acceptors acceptors)
        : Server{arguments, acceptors}, costs_{costs} {}

    std::vector<std::unique_ptr<Workload>> make_peer(std::size_t shards_most) const override {
        const WorkResults results{integer_work(costs_.short_us), integer_work(costs_.long_us)};
        return make_clients(shards_most, [this, results](std::size_t client) {
            return JobsExchange{client, costs_, results};
        });
    }
    std::string_view latency_meaning() const override { return "time to answer a short request, seen by the client"; }
    std::vector<OtherLatency> other_latencies() const override {
        return {{.name = "long",
                 .meaning = "time to answer a long request, seen by the client",
                 .times = latency_of_others()}};
    }

private:
    std::unique_ptr<tasks::Task> make_handler(sys::UniqueFd connection) const override {
        return std::make_unique<JobsTask>(std::move(connection), costs_);
    }
    // Which requests of a client are long depends on when it drew them. Each answer shows that its work was done; the
    // digest shows that each request was answered once.
    std::uint64_t expected_digest(std::size_t client, std::uint64_t requests) const override {
        std::uint64_t sum = 0;
        for (std::uint64_t number = 0; number < requests; ++number) sum += code_of(client, number);
        return tasks::mix(requests, sum);
    }

    Costs costs_;
};

constexpr tasks::Parameter parameters[] = {
    {"connections", 200, 1, 1'000'000, "clients, each with one connection and one request at a time"},
    {"inline_us", 100, 0, 1'000'000, "what a request may cost at most to be computed by the handler itself"},
    {"long_percent", 1, 0, 100, "how many of a hundred requests are long"},
    {"long_us", 10'000, 1, 1'000'000, "what a long request computes: about so many microseconds"},
    {"rate", 5'000, 1, 100'000'000, "requests per second of all clients together, with exponential gaps between them"},
    {"requests", 5'000, 1, 1'000'000'000, "requests of all connections together in each window"},
    {"short_us", 2, 0, 1'000'000, "what a short request computes"},
};
// Each rate keeps about half of one CPU busy.
constexpr Point points[] = {
    {"long_us:1000/rate:20000/requests:10000", 1},
    {"long_us:10000/rate:5000/requests:5000", 1},
    {"long_us:50000/rate:1000/requests:2000", 1},
};

}  // namespace

extern constinit const Entry head_of_line_entry{
    .name = "head_of_line",
    .group = Group::io,
    .unit = "request",
    .summary = "server with a few long computations among many short ones, at a fixed rate (open loop)",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:4/inline_us:1/long_percent:10/long_us:20/rate:20000/requests:40/short_us:1",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        return std::make_unique<HeadOfLine>(ClientArguments{.connections = arguments.count("connections"),
                                                            .requests = arguments.count("requests"),
                                                            .rate = arguments.at("rate"),
                                                            .spacing = Arrivals::Spacing::exponential},
                                            Costs{.short_us = arguments.at("short_us"),
                                                  .long_us = arguments.at("long_us"),
                                                  .inline_us = arguments.at("inline_us"),
                                                  .long_percent = arguments.count("long_percent")},
                                            acceptors);
    },
    .check = require_a_request_for_each,
    .kept_open = connections_of,
    .in_turns = false,
};

}  // namespace workloads
