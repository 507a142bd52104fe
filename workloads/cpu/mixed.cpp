// CPU and waiting: tasks that each wait for a while (a sleep) and then compute, again and again, as the handler of a
// request does that asks another server and works on the answer. The two times, and how many tasks there are at once,
// decide which model suits. A wait uses no CPU of a peer, so the models have all CPUs.
//
// A task rests between two windows by short sleeps, after which it looks whether the next window is open. An event
// would be cheaper, but models with several loops refuse events, and these models belong into the comparison.
#include <chrono>

#include "sys/clock.h"
#include "workloads/integer_work.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

struct MixedArguments {
    explicit MixedArguments(const tasks::Arguments& arguments)
        : tasks{arguments.count("tasks")}, wait{arguments.at("wait_us")}, work_us{arguments.at("work_us")} {}
    std::size_t tasks;
    std::chrono::microseconds wait;
    std::int64_t work_us;  // units of integer_work()
};

class MixedTask final : public tasks::SteppedTask<MixedTask> {
public:
    MixedTask(std::size_t index, const MixedArguments& arguments, Windows& windows)
        : SteppedTask{&MixedTask::started}, index_{index}, arguments_{arguments}, windows_{windows} {}

    void compute() override {
        if (turns_gate_) {
            windows_.turn();
        } else {
            primes_ += integer_work(arguments_.work_us);
        }
    }

private:
    tasks::Operation started(tasks::Result) { return begin_operation(); }
    tasks::Operation waited(tasks::Result result) {
        if (result.failed()) return fail(result);
        return arguments_.work_us > 0 ? then(&MixedTask::computed, tasks::Compute{}) : computed({});
    }
    tasks::Operation computed(tasks::Result result) {
        if (result.failed()) return fail(result);
        ++operations_;
        windows_.done(index_, 0);
        if (windows_.is_open() && windows_.draw()) return begin_operation();
        const auto [last, gate] = windows_.arrive(sys::now());
        gate_ = gate;
        turns_gate_ = last;
        return last ? then(&MixedTask::gate_turned, tasks::Compute{}) : rest();
    }
    tasks::Operation gate_turned(tasks::Result result) {
        turns_gate_ = false;
        return rested(result);
    }
    tasks::Operation rested(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (windows_.has_ended() || windows_.has_failed()) {
            return tasks::Finish{tasks::mix(tasks::mix(index_, operations_), primes_)};
        }
        return windows_.turned() > gate_ && windows_.is_open() ? begin_operation() : rest();
    }

    tasks::Operation begin_operation() { return then(&MixedTask::waited, tasks::Sleep{sys::now() + arguments_.wait}); }
    tasks::Operation rest() { return then(&MixedTask::rested, tasks::Sleep{sys::now() + arguments_.wait}); }
    tasks::Operation fail(tasks::Result result) {
        (void)windows_.fail();
        return give_up(result);
    }

    std::size_t index_;
    const MixedArguments& arguments_;
    Windows& windows_;
    std::size_t gate_ = 0;
    bool turns_gate_ = false;
    std::uint64_t operations_ = 0;
    std::uint64_t primes_ = 0;
};

class Mixed final : public Workload {
public:
    explicit Mixed(const tasks::Arguments& arguments)
        : arguments_{arguments},
          primes_each_{integer_work(arguments_.work_us)},
          windows_{arguments_.tasks, arguments.count("operations")} {}

    std::size_t size() const override { return arguments_.tasks; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<MixedTask>(index, arguments_, windows_);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size(), .together = size(), .together_in_calls = size(), .sleeps = true};
    }
    void begin() override { windows_.begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict digests = verify_digests(ledger, [this](std::size_t index) { return expected_digest(index); });
            !digests) {
            return digests;
        }
        return windows_.verify("tasks");
    }
    Work work() const override { return windows_.work(); }
    Windows* windows() const override { return &windows_; }

private:
    [[nodiscard]] std::uint64_t expected_digest(std::size_t index) const {
        const std::uint64_t operations = windows_.units_of(index);
        return tasks::mix(tasks::mix(index, operations), operations * primes_each_);
    }

    MixedArguments arguments_;
    std::uint64_t primes_each_;
    mutable Windows windows_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"tasks", 100, 1, 1'000'000, "tasks, all alive at once"},
    {"wait_us", 5'000, 1, 10'000'000, "how long each operation waits, in microseconds"},
    {"work_us", 10, 0, 1'000'000, "what it computes then, in units of about a microsecond"},
    {"operations", 2'000, 1, 1'000'000'000, "operations of all tasks in a window, at least one for each task"},
};
constexpr Point points[] = {
    {"tasks:10/work_us:1000/operations:200", 1},
    {"tasks:100/work_us:10", 1},
    {"tasks:1000/work_us:0/operations:20000", 1},
};

}  // namespace

extern constinit const Entry mixed_entry{
    .name = "mixed",
    .group = Group::cpu,
    .unit = "operation",
    .summary = "tasks that wait and then compute, again and again",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:4/wait_us:200/work_us:5/operations:16",
    .make = make_workload<Mixed>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "operations", "tasks"); },
    .kept_open = [](const tasks::Arguments& arguments) { return arguments.count("tasks"); },
    .kept_open_are = "tasks",
    .in_turns = false,
};

}  // namespace workloads
