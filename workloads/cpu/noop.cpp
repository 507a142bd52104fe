// CPU: tasks that finish at once. The measured time is that of starting and ending a task.
#include "workloads/workload.h"

namespace workloads {
namespace {

class NoopTask final : public tasks::Task {
public:
    explicit NoopTask(std::size_t index) : index_{index} {}
    tasks::Operation resume(tasks::Result) override { return tasks::Finish{tasks::mix(index_, 0)}; }

private:
    std::size_t index_;
};

class Noop final : public Workload {
public:
    explicit Noop(const tasks::Arguments& arguments) : tasks_{arguments.count("tasks")} {}

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override { return std::make_unique<NoopTask>(index); }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [](std::size_t index) { return tasks::mix(index, 0); });
    }
    Work work() const override { return {.units = tasks_, .bytes = 0, .fairness = {}}; }

private:
    std::size_t tasks_;
};

constexpr tasks::Parameter parameters[] = {{"tasks", 1'000, 1, 10'000'000, "tasks that finish at once"}};
constexpr Point points[] = {{"tasks:1", 100}, {"tasks:100", 10}, {"tasks:1000", 2}};

}  // namespace

extern constinit const Entry noop_entry{
    .name = "noop",
    .group = Group::cpu,
    .unit = "task",
    .summary = "tasks that finish at once: what it costs to start and end one",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:20",
    .make = make_workload<Noop>,
};

}  // namespace workloads
