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
#include <atomic>
#include <cassert>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

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

    // The children of a task, which have a group of their own.
    class Children {
    public:
        Children() = default;
        Children(const Children&) = delete;
        Children& operator=(const Children&) = delete;
        // If the task has not joined them, the run has failed: those that have not begun are dropped, the others are
        // awaited. The group's own destructor would end the program, by an exception.
        ~Children() noexcept {
            if (!published) return;
            try {
                group->cancel();
                group->wait();
            } catch (...) {
                // A child has failed too. The parent's failure came first.
            }
        }
        // By a child. Most of them run on the thread of their parent, inside of its Join: then no atomic operation is
        // needed.
        void add(const tasks::Finish& finish) noexcept {
            if (thread_ == this_thread()) {
                own_.add(finish);
            } else {
                stolen_.add(finish);
            }
        }
        [[nodiscard]] tasks::Result take() noexcept {
            const tasks::Result stolen = stolen_.take();
            own_.add({stolen.failed() ? 0 : static_cast<std::uint64_t>(stolen.value), stolen.error()});
            return own_.take();
        }

        std::unique_ptr<tasks::Task> kept_back;
        std::optional<oneapi::tbb::task_group> group;
        bool published = false;  // the group has got children since the last Join

    private:
        [[nodiscard]] static const void* this_thread() noexcept {
            static thread_local const char marker = 0;
            return &marker;
        }

        const void* thread_ = this_thread();
        JoinSum<PlainNumber> own_;
        JoinSum<std::atomic> stolen_;
    };

private:
    void carry_for(tasks::Task& task, Children& own, Children& siblings) {
        run_child(task, own, *this, [&](const tasks::Finish& finish) { siblings.add(finish); });
    }
    template <class Body>
    static auto uncarried(Body body) {
        return [body = std::move(body)] {
            Children children;
            body(children);
        };
    }
    template <class Body>
    auto carried(Body body) {
        return [this, body = std::move(body)] {
            Children children;
            carrier().carry([&] { body(children); });
        };
    }
    // Each thread in the arena has a place of its own.
    [[nodiscard]] Carriers::Carrier& carrier() {
        const auto place = static_cast<std::size_t>(oneapi::tbb::this_task_arena::current_thread_index());
        assert(place < carriers_by_place_.size());
        return carriers_by_place_[place];
    }

public:
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        // The parent may block in its next operation.
        submit(true, [this, owned = std::move(task)](Children& children) {
            run_task(*owned, tasks::TaskId::spawned, children, *this);
        });
        return {};
    }

    // As its users write it: each child but the last one goes into the group, and the thread runs the last one itself.
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        if (!siblings.group) siblings.group.emplace();
        if (siblings.kept_back) publish(siblings);
        siblings.kept_back = std::move(task);
        return {};
    }
    void publish(Children& siblings) {
        if (!siblings.kept_back) return;
        siblings.published = true;
        auto body = [this, &siblings, owned = std::move(siblings.kept_back)](Children& children) {
            carry_for(*owned, children, siblings);
        };
        if (tasks_may_wait_) {
            siblings.group->run(carried(std::move(body)));
        } else {
            siblings.group->run(uncarried(std::move(body)));
        }
    }
    // The thread runs tasks meanwhile: first the children in its own deque, the last one first.
    tasks::Result join(Children& siblings) {
        if (tasks_may_wait_) {
            publish(siblings);
            carrier().wait_for_tasks([&] { siblings.group->wait(); });
        } else if (wait_for(siblings) == oneapi::tbb::canceled) {
            // A task outside of this group has failed. The library keeps its exception, and drops this one.
            throw RunAbandoned{};
        }
        siblings.published = false;
        return siblings.take();
    }

private:
    oneapi::tbb::task_group_status wait_for(Children& siblings) {
        if (!siblings.kept_back) return siblings.group->wait();
        return siblings.group->run_and_wait([&] {
            Children children;
            const std::unique_ptr<tasks::Task> owned = std::move(siblings.kept_back);
            carry_for(*owned, children, siblings);
        });
    }
    void run_roots() override {
        arena_.execute([this] {
            oneapi::tbb::task_group group;
            group_ = &group;
            for (std::size_t index = 0; index < job().size(); ++index) {
                submit(tasks_wait_for_one_another_,
                       [this, index](Children& children) { run_root(index, children, *this); });
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
            run_in_group(needs_another_thread, carried(std::move(body)));
        } else {
            run_in_group(needs_another_thread, uncarried(std::move(body)));
        }
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
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal({parents_wait_for_children_only(demand), support_blocking_workers(demand, arguments)});
        },
    .make = make_pool<WorkStealing>,
    .default_arguments = more_workers_to_wait,
    .tasks_at_once = as_many_as_workers,
    .queues_spawned = true,
};

}  // namespace models
