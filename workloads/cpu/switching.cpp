// CPU: each task has the same amount of integer work, divided into slices. It yields between two slices. What does it
// cost to switch between tasks that do not wait?
#include <algorithm>

#include "workloads/integer_work.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

class SwitchingTask final : public tasks::SteppedTask<SwitchingTask> {
public:
    SwitchingTask(std::size_t index, std::int64_t slices, std::int64_t slice_us)
        : SteppedTask{&SwitchingTask::yielded}, index_{index}, slices_left_{slices}, slice_us_{slice_us} {}

    void compute() override { primes_ += integer_work(slice_us_); }

private:
    tasks::Operation yielded(tasks::Result) { return then(&SwitchingTask::computed, tasks::Compute{}); }
    tasks::Operation computed(tasks::Result) {
        if (--slices_left_ > 0) return then(&SwitchingTask::yielded, tasks::Yield{});
        return tasks::Finish{tasks::mix(index_, primes_)};
    }

    std::size_t index_;
    std::int64_t slices_left_;
    std::int64_t slice_us_;
    std::uint64_t primes_ = 0;
};

class Switching final : public Workload {
public:
    explicit Switching(const tasks::Arguments& arguments)
        : tasks_{arguments.count("tasks")},
          slices_{arguments.at("slices")},
          slice_us_{std::max<std::int64_t>(1, arguments.at("work_us") / slices_)},
          expected_{static_cast<std::uint64_t>(slices_) * integer_work(slice_us_)} {}

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<SwitchingTask>(index, slices_, slice_us_);
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) { return tasks::mix(index, expected_); });
    }
    Work work() const override {
        return {.units = tasks_ * static_cast<std::uint64_t>(slices_), .bytes = 0, .fairness = {}};
    }

private:
    std::size_t tasks_;
    std::int64_t slices_;
    std::int64_t slice_us_;
    std::uint64_t expected_;
};

constexpr tasks::Parameter parameters[] = {
    {"tasks", 16, 1, 1'000'000, "tasks in a job"},
    {"work_us", 1'000, 1, 1'000'000, "work of a task, in units of about a microsecond"},
    {"slices", 100, 1, 1'000'000, "slices of a task's work; the task yields between two of them"},
};
constexpr Point points[] = {{"slices:1", 5}, {"slices:10", 5}, {"slices:100", 5}, {"slices:1000", 5}};

}  // namespace

extern constinit const Entry switching_entry{
    .name = "switching",
    .group = Group::cpu,
    .unit = "slice",
    .summary = "the same integer work, divided into slices with a yield between them",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:5/work_us:50/slices:10",
    .make = make_workload<Switching>,
};

}  // namespace workloads
