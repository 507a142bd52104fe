// Carrier: N threads that take tasks from one queue; a task that waits for another one is parked. Wait mechanism:
// blocking in the call.
//
// As thread_pool, but a task that waits for a semaphore, a channel, an event or its children gives its worker back, and
// so does one that yields: the worker goes on with another task, and whoever wakes the first one queues it again. So a
// few threads carry any number of tasks that wait for one another (the executors of C++26, Java's and Rust's do the
// same with coroutines). Sockets and sleeps still hold the worker. Its weakness: a mutex around all primitives, and a
// task goes on at the end of the queue.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "models/deadlock.h"
#include "models/loop/file_calls.h"
#include "models/loop/primitives.h"
#include "models/loop/reports_to.h"
#include "models/loop/socket_calls.h"
#include "models/model.h"
#include "models/workers/carriers.h"
#include "sys/clock.h"

namespace models {
namespace {

class ParkingPool final : public Model {
public:
    // If a thread does not start, the destructor stops the others: the constructor below has ended by then.
    ParkingPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers) : ParkingPool{job, ledger} {
        worker_count_ = workers;
        workers_.reserve(workers);
        for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
    }
    ~ParkingPool() override {
        {
            const std::scoped_lock lock{mutex_};
            stopping_ = true;
        }
        task_queued_.notify_all();
        workers_.clear();
        // What a run left that has failed.
        primitives_.drop_waiting([](Continuation& parked) { static_cast<Carried&>(parked).drop(); });
    }

    void run() override {
        primitives_.begin_run(demand_);
        {
            const std::scoped_lock lock{mutex_};
            submitting_ = true;
        }
        for (std::size_t index = 0; index < job_.size(); ++index) submit({nullptr, tasks::root(index)});
        std::unique_lock lock{mutex_};
        submitting_ = false;
        // If all workers sleep already, none will look again.
        if (is_stuck()) task_queued_.notify_one();
        all_finished_.wait(lock, [this] { return unfinished_ == 0 || stuck_; });
        const bool stuck = stuck_;
        lock.unlock();
        carriers_.rethrow_failure();
        if (stuck) throw Deadlock{primitives_.waiting()};
    }

private:
    class Carried;
    using PoolReportsTo = OwnsParent<SharedJoinCounter, Carried>;

    // A task that has begun.
    class Carried final : public Continuation {
    public:
        Carried(ParkingPool& pool, std::unique_ptr<tasks::Task> task, PoolReportsTo reports_to)
            : pool_{pool}, task_{std::move(task)}, reports_to_{std::move(reports_to)} {}

        // Another task has woken it.
        void resume() override { pool_.queue_again(std::unique_ptr<Carried>{this}); }

        // The run has failed.
        void drop() noexcept { delete this; }

        // Runs the task until it has finished or given its worker back; true: it has finished.
        static bool run(std::unique_ptr<Carried> self) {
            const BlockingCalls calls{self->pool_.carriers_.abandonment()};
            for (;;) {
                tasks::Operation next = self->task_->resume(self->result);
                if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                    self->children_.require_joined();
                    Continuation* const parent = self->reports_to_.report(*finish, self->pool_.ledger_);
                    if (parent != nullptr) parent->resume();
                    return true;
                }
                self->result = {};
                if (!perform(next, self, calls)) return false;
            }
        }

        tasks::Result result;

    private:
        // False: the task belongs to the queue or to a primitive; another worker may run it already.
        static bool perform(tasks::Operation& operation, std::unique_ptr<Carried>& self, const BlockingCalls& calls) {
            return std::visit(tasks::Overloaded{
                                  [&](const tasks::Accept& accept) { return self->set(calls.accept(accept)); },
                                  [&](const tasks::Connect& connect) { return self->set(calls.connect(connect)); },
                                  [&](const tasks::Receive& receive) { return self->set(calls.receive(receive)); },
                                  [&](const tasks::Send& send) { return self->set(calls.send_all(send)); },
                                  [&]<tasks::OnFile Asked>(const Asked& asked) {
                                      const tasks::Result done = call_on_file(asked);
                                      self->pool_.carriers_.abandonment().throw_if_begun();
                                      return self->set(done);
                                  },
                                  [&](const tasks::Sleep& sleep) {
                                      const Abandonment& abandonment = self->pool_.carriers_.abandonment();
                                      while (!sys::sleep_until_signal(sleep.until)) abandonment.throw_if_begun();
                                      return true;
                                  },
                                  [&](tasks::Compute) {
                                      self->task_->compute();
                                      return true;
                                  },
                                  [&](tasks::Yield) {
                                      ParkingPool& pool = self->pool_;
                                      pool.queue_again(std::move(self));
                                      return false;
                                  },
                                  [&]<OnPrimitive Asked>(const Asked& asked) {
                                      ParkingPool& pool = self->pool_;
                                      const bool done = pool.perform(asked, *self);
                                      // The primitive, or another worker, owns the task already.
                                      if (!done) (void)self.release();
                                      return done;
                                  },
                                  [&](tasks::Spawn& spawn) {
                                      self->pool_.submit({std::move(spawn.task),
                                                          spawn.joined ? PoolReportsTo{self->children_.child_begins()}
                                                                       : PoolReportsTo{tasks::TaskId::spawned}});
                                      return true;
                                  },
                                  [&](tasks::Join) {
                                      const bool done = self->children_.join(*self, self->result);
                                      // The last child owns the task already.
                                      if (!done) (void)self.release();
                                      return done;
                                  },
                                  [](const tasks::Finish&) { return true; },
                              },
                              operation);
        }
        bool set(tasks::Result of_call) noexcept {
            result = of_call;
            return true;
        }

        ParkingPool& pool_;
        std::unique_ptr<tasks::Task> task_;
        PoolReportsTo reports_to_;
        OwningChildren<SharedJoinCounter> children_;
    };

    // What a worker takes: a root task by its index alone, which the worker makes; a spawned task; or one that goes on.
    struct Queued {
        std::unique_ptr<tasks::Task> task;
        PoolReportsTo reports_to = tasks::TaskId::spawned;
        std::unique_ptr<Carried> again = {};
    };

    ParkingPool(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger}, demand_{job.demand()} {}

    void submit(Queued next) {
        const std::scoped_lock lock{mutex_};
        ++unfinished_;
        queue(std::move(next));
    }
    void queue_again(std::unique_ptr<Carried> task) {
        const std::scoped_lock lock{mutex_};
        queue({nullptr, tasks::TaskId::spawned, std::move(task)});
    }
    // Under the lock.
    void queue(Queued next) {
        queue_.push_back(std::move(next));
        if (idle_ > 0) task_queued_.notify_one();
    }

    // True: done. False: the task is parked, and from the end of the lock on another worker may run it.
    template <OnPrimitive Asked>
    bool perform(const Asked& asked, Carried& task) {
        const std::scoped_lock lock{primitives_mutex_};
        const bool done = primitives_.start(asked, task, task.result);
        try {
            for (Continuation*& resumed : resumed_) std::exchange(resumed, nullptr)->resume();
        } catch (...) {
            // There was no memory for the queue. The run fails, so nobody needs the others.
            for (Continuation* const left : resumed_) static_cast<Carried*>(left)->drop();
            resumed_.clear();
            throw;
        }
        resumed_.clear();
        return done;
    }

    // Under the lock: no worker has anything to do, and tasks are left. All of them are parked: because they wait for
    // one another, or because the run was abandoned.
    [[nodiscard]] bool is_stuck() const noexcept {
        return queue_.empty() && idle_ == worker_count_ && unfinished_ > 0 && !submitting_;
    }

    void work() {
        Carriers::Carrier carrier{carriers_};
        std::unique_lock lock{mutex_};
        for (;;) {
            while (queue_.empty() && !stopping_) {
                ++idle_;
                if (is_stuck()) tell_stuck();
                task_queued_.wait(lock);
                if (is_stuck()) tell_stuck();
                --idle_;
            }
            if (queue_.empty()) return;
            Queued next = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            bool finished = true;  // also if it throws
            carrier.carry([&] {
                if (!next.again) {
                    if (!next.task) next.task = job_.make(static_cast<std::size_t>(next.reports_to.id()));
                    next.again = std::make_unique<Carried>(*this, std::move(next.task), std::move(next.reports_to));
                }
                finished = Carried::run(std::move(next.again));
            });
            next = {};
            lock.lock();
            if (finished && --unfinished_ == 0) all_finished_.notify_one();
        }
    }
    void tell_stuck() {
        stuck_ = true;
        all_finished_.notify_one();
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    tasks::Demand demand_;
    std::size_t worker_count_ = 0;
    Carriers carriers_;
    std::mutex primitives_mutex_;         // taken before mutex_
    std::vector<Continuation*> resumed_;  // this and the next are guarded by primitives_mutex_
    Primitives primitives_{resumed_};
    std::mutex mutex_;
    std::condition_variable task_queued_;
    std::condition_variable all_finished_;
    std::deque<Queued> queue_;  // this and the next five are guarded by mutex_
    std::size_t unfinished_ = 0;
    std::size_t idle_ = 0;
    bool submitting_ = false;
    bool stuck_ = false;
    bool stopping_ = false;
    std::vector<std::jthread> workers_;
};

Support support_parking_pool(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    // Only what waits in calls holds a worker.
    tasks::Demand in_calls = demand;
    in_calls.together = demand.together_in_calls;
    return support_blocking_workers(in_calls, arguments);
}

}  // namespace

extern constinit const Entry parking_pool_entry{
    .name = "parking_pool",
    .family = Family::threads,
    .carrier = "N threads, one queue; waiting tasks are parked",
    .wait_mechanism = "blocking",
    .summary = "workers take tasks from one queue, and give back those that wait for other tasks",
    .parameters = pool_parameters,
    .support = support_parking_pool,
    .make = make_pool<ParkingPool>,
    .default_arguments = more_workers_for_calls,
    .tasks_at_once = as_many_as_workers,
    .queues_spawned = true,
};

}  // namespace models
