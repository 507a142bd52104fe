// Carrier: N threads, each with a deque of its own (oneTBB's task_group in an arena). Waiter: blocking in the call.
//
// A worker takes from its own end of its own deque, without a lock, and steals from the other end of somebody else's
// when it has none left: what is spawned stays where its data is warm, and uneven work spreads by itself. The
// standard for CPU work that divides. Its weakness is that of every pool: a task that waits keeps its worker.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <memory>
#include <thread>

#include "models/blocking/run_blocking.h"
#include "models/model.h"

namespace models {
namespace {

class WorkStealing final : public Model {
public:
    WorkStealing(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : job_{job},
          ledger_{ledger},
          events_{job.demand().events},
          tasks_wait_{job.demand().together > 1},
          allowed_{oneapi::tbb::global_control::max_allowed_parallelism, workers},
          arena_{static_cast<int>(workers)} {
        // Its threads come with the first tasks, in the run that is not timed.
        arena_.initialize();
    }

    void run() override {
        events_.clear();
        arena_.execute([this] {
            oneapi::tbb::task_group group;
            group_ = &group;
            for (std::size_t index = 0; index < job_.size(); ++index) {
                run_in_group(tasks_wait_, [this, index] {
                    run_blocking(*job_.make(index), tasks::root(index), ledger_, events_, *this);
                });
            }
            group.wait();
        });
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        // Its parent may wait for something next, in a call.
        run_in_group(true, [this, owned = std::move(task)] {
            run_blocking(*owned, tasks::TaskId::spawned, ledger_, events_, *this);
        });
        return {};
    }
    void yield() noexcept { std::this_thread::yield(); }

private:
    // The library promises no second thread for what is run: a worker that is about to sleep may miss it, and whoever
    // spawned it is to do it in the end. Where that one waits for it, it has to be enqueued: that wakes somebody.
    template <class Function>
    void run_in_group(bool needs_another_thread, Function function) {
        if (needs_another_thread) {
            arena_.enqueue(group_->defer(std::move(function)));
        } else {
            group_->run(std::move(function));
        }
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
    bool tasks_wait_;  // for one another
    // The library would not make more threads than CPUs otherwise; tasks that wait need more.
    oneapi::tbb::global_control allowed_;
    oneapi::tbb::task_arena arena_;
    oneapi::tbb::task_group* group_ = nullptr;  // of the run under way
};

}  // namespace

extern constinit const Entry work_stealing_entry{
    .name = "work_stealing",
    .family = Family::threads,
    .carrier = "N threads, a deque each (oneTBB)",
    .waiter = "blocking",
    .summary = "workers steal tasks from each other",
    .parameters = pool_parameters,
    .support = support_blocking_workers,
    .make = make_pool<WorkStealing>,
    .default_arguments = more_workers_to_wait,
    .tasks_at_once = as_many_as_workers,
    .queues_spawned = true,
};

}  // namespace models
