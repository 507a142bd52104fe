// I/O: tasks stand in a ring and pass one token around. Each waits for the token at a semaphore of its own, and then
// gives the next task a permit of that task's semaphore. Only one task can run at a time, so the measured time is that
// of one hand-over: wake another task, and go to sleep. It decides how much a model may divide work into steps that
// follow one another. Sources: lat_ctx of lmbench (L. McVoy, C. Staelin, lmbench: Portable Tools for Performance
// Analysis, USENIX 1996), and thread-ring of the Computer Language Benchmarks Game.
#include <atomic>

#include "sys/shared_memory.h"
#include "workloads/coordination/gated_task.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

// Shared by the tasks of all processes. Only the task that has the token touches it.
struct RingBoard {
    // How often any task got the token. It is atomic only so that a model that hands out two tokens is found, and does
    // not get undefined behaviour.
    std::atomic<std::uint64_t> visits;
};

// Here the last unit of each window is reserved for the task, not the first: with it the task passes the token on and
// stops. So the lap in which all tasks stop is part of the quota, and every visit of the token is a unit. The task that
// stopped first gets the token back as a permit, which waits for the next window.
class RingTask final : public GatedTask<RingTask> {
public:
    RingTask(std::size_t index, std::size_t tasks, Windows& windows, RingBoard& board)
        : GatedTask{&RingTask::started, windows}, index_{index}, tasks_{tasks}, board_{board} {}

private:
    tasks::Operation started(tasks::Result) { return await_token(); }
    tasks::Operation token_came(tasks::Result result) {
        if (result.failed()) return fail(result);
        const std::uint64_t visit = board_.visits.load(std::memory_order_relaxed);
        board_.visits.store(visit + 1, std::memory_order_relaxed);
        digest_ = tasks::mix(digest_, visit);
        const bool goes_on = windows().is_open() && windows().draw();
        windows().done(index_, 0);
        return then(goes_on ? &RingTask::handed_over : &RingTask::handed_over_last,
                    tasks::Release{static_cast<int>((index_ + 1) % tasks_)});
    }
    tasks::Operation handed_over(tasks::Result result) { return result.failed() ? fail(result) : await_token(); }
    tasks::Operation handed_over_last(tasks::Result result) {
        return result.failed() ? fail(result) : rest(&RingTask::gate_turned);
    }
    tasks::Operation gate_turned(tasks::Result result) {
        if (result.failed()) return fail(result);
        return windows().is_open() ? await_token() : tasks::Finish{digest_};
    }

    tasks::Operation await_token() { return then(&RingTask::token_came, tasks::Acquire{static_cast<int>(index_)}); }

    std::size_t index_;
    std::size_t tasks_;
    RingBoard& board_;
    std::uint64_t digest_ = 0;
};

class Ring final : public Workload {
public:
    explicit Ring(const tasks::Arguments& arguments)
        : tasks_{arguments.count("tasks")}, windows_{tasks_, arguments.count("hand_overs")} {}

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<RingTask>(index, tasks_, windows_, *board_);
    }
    tasks::Demand demand() const override {
        tasks::Demand demand{.tasks_at_once = tasks_, .together = tasks_, .events = 1};
        demand.semaphores.assign(tasks_, {.permits = 0, .most = 1, .waiters = 1});
        demand.semaphores.front().permits = 1;
        return demand;
    }
    void begin() override {
        windows_.begin();
        board_->visits.store(0, std::memory_order_relaxed);
    }
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
    // The token visits the tasks in the order of the ring, also from one window to the next.
    [[nodiscard]] std::uint64_t expected_digest(std::size_t index) const {
        std::uint64_t digest = 0;
        std::uint64_t visit = index;
        for (std::uint64_t unit = 0; unit < windows_.units_of(index); ++unit, visit += tasks_) {
            digest = tasks::mix(digest, visit);
        }
        return digest;
    }

    std::size_t tasks_;
    sys::Shared<RingBoard> board_;
    mutable Windows windows_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"tasks", 10, 2, 100'000, "tasks in the ring"},
    {"hand_overs", 20'000, 1, 1'000'000'000, "hand-overs of the token in a window, at least one for each task"},
};
constexpr Point points[] = {{"tasks:10", 1}, {"tasks:1000", 1}};

}  // namespace

extern constinit const Entry ring_entry{
    .name = "ring",
    .group = Group::io,
    .unit = "hand-over",
    .summary = "tasks in a ring that pass one token around",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:3/hand_overs:12",
    .make = make_workload<Ring>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "hand_overs", "tasks"); },
    .kept_open = [](const tasks::Arguments& arguments) { return arguments.count("tasks"); },
    .kept_open_are = "tasks",
    .kept_in_calls = [](const tasks::Arguments&) -> std::size_t { return 0; },
};

}  // namespace workloads
