// CPU: tasks with the same amount of integer work (the grain). How long must a task be, so that a model is faster than
// serial?
#include "workloads/integer_work.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

class PrimesTask final : public tasks::SteppedTask<PrimesTask> {
public:
    PrimesTask(std::size_t index, std::int64_t grain_us)
        : SteppedTask{&PrimesTask::started}, index_{index}, grain_us_{grain_us} {}

    void compute() override { primes_ = integer_work(grain_us_); }

private:
    tasks::Operation started(tasks::Result) { return then(&PrimesTask::computed, tasks::Compute{}); }
    tasks::Operation computed(tasks::Result) { return tasks::Finish{tasks::mix(index_, primes_)}; }

    std::size_t index_;
    std::int64_t grain_us_;
    std::uint64_t primes_ = 0;
};

class Primes final : public Workload {
public:
    explicit Primes(const tasks::Arguments& arguments)
        : tasks_{arguments.count("tasks")}, grain_us_{arguments.at("grain_us")}, expected_{integer_work(grain_us_)} {}

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<PrimesTask>(index, grain_us_);
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) { return tasks::mix(index, expected_); });
    }
    Work work() const override { return {.units = tasks_, .bytes = 0, .fairness = {}}; }

private:
    std::size_t tasks_;
    std::int64_t grain_us_;
    std::uint64_t expected_;  // the same for each task
};

constexpr tasks::Parameter parameters[] = {
    {"tasks", 32, 1, 1'000'000, "tasks in a job"},
    {"grain_us", 100, 1, 1'000'000, "work of a task, in units of about a microsecond"},
};
constexpr Point points[] = {
    {"grain_us:1", 50}, {"grain_us:10", 20}, {"grain_us:100", 10}, {"grain_us:1000", 2}, {"grain_us:10000", 1},
};

}  // namespace

extern constinit const Entry primes_entry{
    .name = "primes",
    .group = Group::cpu,
    .unit = "task",
    .summary = "tasks with the same amount of integer work (the grain)",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:7/grain_us:20",
    .make = make_workload<Primes>,
};

}  // namespace workloads
