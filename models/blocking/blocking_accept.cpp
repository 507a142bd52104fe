// Carrier: N threads, made once. Wait mechanism: blocking in the call.
//
// The prethreaded server of the textbooks: all threads block in accept() on one listener, and the thread that gets a
// connection serves it to its end before it accepts again. The kernel hands connections out (since Linux 2.6 one wakes
// one thread, not all), so no connection goes through a queue from one thread to another. Apache's prefork works so
// with processes. Good if a few connections are served at a time, each by plain code. Its weaknesses: no more than N
// connections are served at once, the others wait in the listen queue, and so an idle connection costs a thread. What a
// task spawns runs inside of it, before it goes on.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/model.h"

namespace models {
namespace {

class BlockingAccept final : public BlockingModel {
public:
    // If a thread does not start, the destructor stops the others: the constructor below has ended by then.
    BlockingAccept(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : BlockingAccept{job, ledger, sys::Sharing::within_process, workers} {
        workers_.reserve(workers);
        for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
    }
    ~BlockingAccept() override {
        {
            const std::scoped_lock lock{mutex_};
            stopping_ = true;
        }
        root_submitted_.notify_all();
        workers_.clear();
    }

    // The thread that accepted a connection serves it.
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        Children children;
        run_task(*task, tasks::TaskId::spawned, children, *this);
        return {};
    }
    using Children = InlineChildren;
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        return run_child_inline(*task, siblings, *this);
    }
    static tasks::Result join(Children& children) noexcept { return children.take(); }

private:
    using BlockingModel::BlockingModel;

    void run_roots() override {
        for (std::size_t index = 0; index < job().size(); ++index) submit_next();
        std::unique_lock lock{mutex_};
        all_finished_.wait(lock, [this] { return unfinished_ == 0; });
        begun_ = submitted_ = 0;
        lock.unlock();
        carriers().rethrow_failure();
    }
    // Root tasks alone are queued, and in the order of their indices: the queue is two numbers.
    void submit_next() {
        const std::scoped_lock lock{mutex_};
        ++submitted_;
        ++unfinished_;
        if (idle_ > 0) root_submitted_.notify_one();
    }

    void work() {
        Carriers::Carrier carrier{carriers()};
        std::unique_lock lock{mutex_};
        for (;;) {
            while (begun_ == submitted_ && !stopping_) {
                ++idle_;
                root_submitted_.wait(lock);
                --idle_;
            }
            if (begun_ == submitted_) return;
            const std::size_t index = begun_++;
            lock.unlock();
            carrier.carry([&] {
                Children children;
                run_root(index, children, *this);
            });
            lock.lock();
            if (--unfinished_ == 0) all_finished_.notify_one();
        }
    }

    std::mutex mutex_;
    std::condition_variable root_submitted_;
    std::condition_variable all_finished_;
    std::size_t submitted_ = 0;  // this and the next four are guarded by mutex_
    std::size_t begun_ = 0;
    std::size_t unfinished_ = 0;
    std::size_t idle_ = 0;
    bool stopping_ = false;
    std::vector<std::jthread> workers_;
};

}  // namespace

extern constinit const Entry blocking_accept_entry{
    .name = "blocking_accept",
    .family = Family::threads,
    .carrier = "N threads, each accepts",
    .wait_mechanism = "blocking",
    .summary = "N threads block in accept, and each serves the connection that it got",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal({enough_at_once(demand, arguments.count("workers")), spawned_run_inline(demand),
                                  support_worker_threads(demand, arguments)});
        },
    .make = make_pool<BlockingAccept>,
    .acceptors = as_many_as_workers,
    .default_arguments = more_workers_to_wait,
    .tasks_at_once = as_many_as_workers,
};

}  // namespace models
