// I/O: all tasks wait for one event, which the last task announces when it starts. The measured time is that of
// starting, parking, waking and ending a task. In an observed run, the last task reads the memory that all tasks hold,
// while the others wait.
#include <unistd.h>

#include <atomic>
#include <utility>

#include "sys/memory_usage.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr int release = 0;

// Shared by the tasks of all processes.
struct ParkBoard {
    std::atomic<std::uint64_t> arrived;
    bool observed;  // this run reads the memory
    bool read;      // it has done so
    pid_t root;     // the tasks run in this process and its descendants
    sys::MemoryUsage before;
    sys::MemoryUsage parked;
};

class ParkTask final : public tasks::SteppedTask<ParkTask> {
public:
    ParkTask(std::size_t index, std::size_t tasks, ParkBoard& board)
        : SteppedTask{&ParkTask::started}, index_{index}, tasks_{tasks}, board_{board} {}

    // Called for the last task only, while all others wait.
    void compute() override {
        board_.parked = sys::memory_usage_of_tree(board_.root);
        board_.read = true;
    }

private:
    tasks::Operation started(tasks::Result) {
        const bool last = board_.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == tasks_;
        if (!last) return then(&ParkTask::released, tasks::Await{release});
        return board_.observed ? then(&ParkTask::observed, tasks::Compute{}) : let_go();
    }
    tasks::Operation observed(tasks::Result) { return let_go(); }
    tasks::Operation released(tasks::Result result) {
        return result.failed() ? give_up(result) : tasks::Finish{tasks::mix(index_, tasks_)};
    }

    tasks::Operation let_go() { return then(&ParkTask::released, tasks::Announce{release}); }

    std::size_t index_;
    std::size_t tasks_;
    ParkBoard& board_;
};

class Park final : public Workload {
public:
    explicit Park(const tasks::Arguments& arguments) : tasks_{arguments.count("tasks")} { board_->root = ::getpid(); }

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<ParkTask>(index, tasks_, *board_);
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_, .together = tasks_, .events = 1}; }
    void observe_next_run() override { observe_next_run_ = true; }
    void begin() override {
        board_->arrived.store(0, std::memory_order_relaxed);
        board_->observed = std::exchange(observe_next_run_, false);
        board_->read = false;
        if (board_->observed) board_->before = sys::memory_usage_of_tree(board_->root);
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) { return tasks::mix(index, tasks_); });
    }
    Work work() const override { return {.units = tasks_, .bytes = 0, .fairness = {}}; }
    std::optional<Memory> memory() const override {
        if (!board_->read) return std::nullopt;
        return Memory{.when = Memory::When::waiting,
                      .tasks = tasks_,
                      .process_bytes = board_->parked.pss_bytes - board_->before.pss_bytes,
                      .kernel_bytes = board_->parked.kernel_bytes - board_->before.kernel_bytes};
    }

private:
    std::size_t tasks_;
    bool observe_next_run_ = false;
    sys::Shared<ParkBoard> board_;
};

constexpr tasks::Parameter parameters[] = {{"tasks", 1'000, 1, 10'000'000, "tasks that wait at the same time"}};
constexpr Point points[] = {{"tasks:10", 10}, {"tasks:100", 5}, {"tasks:1000", 1}};

}  // namespace

extern constinit const Entry park_entry{
    .name = "park",
    .group = Group::io,
    .unit = "task",
    .summary = "tasks that all wait for the same event, and the memory that they hold meanwhile",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:2",
    .make = make_workload<Park>,
};

}  // namespace workloads
