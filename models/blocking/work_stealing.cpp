// Carrier: N threads, each with a deque of its own (oneTBB's task_group in an arena). Wait mechanism: blocking in the
// call.
//
// A worker takes tasks from its end of its own deque, without a lock. If the deque is empty, it steals from the other
// end of another worker's. So spawned tasks stay where their data is in the cache, and uneven work spreads by itself.
// The standard for CPU work that divides. Its weakness is that of every pool: a task that waits occupies its worker.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <deque>
#include <memory>

#include "models/blocking/blocking_model.h"
#include "models/model.h"
#include "models/workers/require_threads.h"

namespace models {
namespace {

bool may_wait(const tasks::Demand& demand) {
    return demand.together > 1 || demand.descriptors_per_task > 0 || demand.descriptors_lent > 0 || demand.shares() ||
           demand.sleeps;
}

// An arena has two places at least: a task that is enqueued gets a second thread, even beside a single worker.
std::size_t places_for(std::size_t workers) { return std::max<std::size_t>(2, workers); }

class WorkStealing final : public BlockingModel {
public:
    WorkStealing(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : BlockingModel{job, ledger, sys::Sharing::within_process, places_for(workers)},
          tasks_wait_for_one_another_{job.demand().together > 1},
          tasks_may_wait_{may_wait(job.demand())},
          allowed_{oneapi::tbb::global_control::max_allowed_parallelism, workers},
          arena_{static_cast<int>(workers)} {
        require_threads(workers);
        for (std::size_t i = 0; i < places_for(workers); ++i) carriers_by_place_.emplace_back(carriers());
        // The threads start with the first tasks: in the run that is not timed, or before the first window.
        arena_.initialize();
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        // The parent may block in its next operation.
        submit(true, [this, owned = std::move(task)] { run_task(*owned, tasks::TaskId::spawned, *this); });
        return {};
    }

private:
    void run_roots() override {
        arena_.execute([this] {
            oneapi::tbb::task_group group;
            group_ = &group;
            for (std::size_t index = 0; index < job().size(); ++index) {
                submit(tasks_wait_for_one_another_, [this, index] { run_root(index, *this); });
            }
            group.wait();
        });
        carriers().rethrow_failure();
    }
    // If no task waits, none has to be called back when another one throws: the library carries the exception to
    // wait(). That saves 25 ns a task.
    template <class Body>
    void submit(bool needs_another_thread, Body body) {
        if (tasks_may_wait_) {
            run_in_group(needs_another_thread, [this, body = std::move(body)] { carry(body); });
        } else {
            run_in_group(needs_another_thread, std::move(body));
        }
    }
    // Each thread in the arena has a place of its own.
    template <class Body>
    void carry(const Body& body) {
        const auto place = static_cast<std::size_t>(oneapi::tbb::this_task_arena::current_thread_index());
        assert(place < carriers_by_place_.size());
        carriers_by_place_[place].carry(body);
    }

    // task_group::run promises no second thread: a worker that is about to sleep may miss the task, and then the thread
    // that spawned it runs it later. If that thread blocks until the task has run, the task must be enqueued: that
    // wakes a worker.
    template <class Function>
    void run_in_group(bool needs_another_thread, Function function) {
        if (needs_another_thread) {
            arena_.enqueue(group_->defer(std::move(function)));
        } else {
            group_->run(std::move(function));
        }
    }

    bool tasks_wait_for_one_another_;
    bool tasks_may_wait_;
    // By default the library makes no more threads than there are CPUs; tasks that wait need more.
    oneapi::tbb::global_control allowed_;
    std::deque<Carriers::Carrier> carriers_by_place_;
    oneapi::tbb::task_arena arena_;
    oneapi::tbb::task_group* group_ = nullptr;  // of the current run
};

}  // namespace

extern constinit const Entry work_stealing_entry{
    .name = "work_stealing",
    .family = Family::threads,
    .carrier = "N threads, a deque each (oneTBB)",
    .wait_mechanism = "blocking",
    .summary = "workers steal tasks from each other",
    .parameters = pool_parameters,
    .support = support_blocking_workers,
    .make = make_pool<WorkStealing>,
    .default_arguments = more_workers_to_wait,
    .tasks_at_once = as_many_as_workers,
    .queues_spawned = true,
};

}  // namespace models
