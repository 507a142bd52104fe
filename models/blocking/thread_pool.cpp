// Carrier: N threads that take tasks from one queue. Wait mechanism: blocking in the call.
//
// The queue is a deque under one mutex with one condition variable, which is notified only if a worker sleeps. The
// caller queues the indices of root tasks one by one, as any user of a pool does; the worker makes the task. Good for
// many short tasks. Its weakness: a task that waits occupies its worker, so no more than N wait at once, and a task
// that waits for another in the queue may wait for ever.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/blocking/counted_children.h"
#include "models/model.h"

namespace models {
namespace {

class ThreadPool final : public BlockingModel {
public:
    // If a thread does not start, the destructor stops the others: the constructor below has ended by then.
    ThreadPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : ThreadPool{job, ledger, sys::Sharing::within_process, workers} {
        workers_.reserve(workers);
        for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
    }
    ~ThreadPool() override {
        {
            const std::scoped_lock lock{mutex_};
            stopping_ = true;
        }
        task_queued_.notify_all();
        workers_.clear();
    }

    using Children = ThreadChildren;
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        submit({std::move(task), tasks::TaskId::spawned});
        return {};
    }
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        submit({std::move(task), tasks::TaskId::spawned, &siblings});
        siblings.child_started(primitives());
        return {};
    }
    tasks::Result join(Children& children) { return children.join(carriers().abandonment()); }

private:
    // A root task is queued by its index alone: the worker makes it.
    struct Queued {
        std::unique_ptr<tasks::Task> task;
        tasks::TaskId id;
        Children* siblings = nullptr;  // null: it is no child
    };

    using BlockingModel::BlockingModel;

    void run_roots() override {
        for (std::size_t index = 0; index < job().size(); ++index) submit({nullptr, tasks::root(index)});
        std::unique_lock lock{mutex_};
        all_finished_.wait(lock, [this] { return unfinished_ == 0; });
        lock.unlock();
        carriers().rethrow_failure();
    }
    void submit(Queued next) {
        const std::scoped_lock lock{mutex_};
        queue_.push_back(std::move(next));
        ++unfinished_;
        if (idle_ > 0) task_queued_.notify_one();
    }

    void work() {
        Carriers::Carrier carrier{carriers()};
        std::unique_lock lock{mutex_};
        for (;;) {
            while (queue_.empty() && !stopping_) {
                ++idle_;
                task_queued_.wait(lock);
                --idle_;
            }
            if (queue_.empty()) return;
            Queued next = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            carry(carrier, next);
            next.task.reset();
            lock.lock();
            if (--unfinished_ == 0) all_finished_.notify_one();
        }
    }

    void carry(Carriers::Carrier& carrier, Queued& next) {
        if (next.siblings != nullptr) return carry_child(carrier, *next.task, *next.siblings, *this);
        Children children;
        carrier.carry([&] {
            if (!next.task) next.task = job().make(static_cast<std::size_t>(next.id));
            run_task(*next.task, next.id, children, *this);
        });
    }

    std::mutex mutex_;
    std::condition_variable task_queued_;
    std::condition_variable all_finished_;
    std::deque<Queued> queue_;  // this and the next three are guarded by mutex_
    std::size_t unfinished_ = 0;
    std::size_t idle_ = 0;
    bool stopping_ = false;
    std::vector<std::jthread> workers_;
};

}  // namespace

extern constinit const Entry thread_pool_entry{
    .name = "thread_pool",
    .family = Family::threads,
    .carrier = "N threads, one queue",
    .wait_mechanism = "blocking",
    .summary = "workers take tasks from one queue",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal({a_worker_for_children(demand, arguments.count("workers")),
                                  support_blocking_workers(demand, arguments)});
        },
    .make = make_pool<ThreadPool>,
    .default_arguments = more_workers_to_wait,
    .classic = true,
    .tasks_at_once = as_many_as_workers,
    .queues_spawned = true,
};

}  // namespace models
