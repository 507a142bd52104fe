// Carrier: a std::jthread for each task. Wait mechanism: blocking in the call.
//
// The kernel keeps a task's state on a stack of its own (8 MiB of address space, of which two pages or more are real
// memory) and schedules the threads over all CPUs. Good for some hundred tasks that block often, and the simplest code.
// Its weaknesses: every task, however short, pays for a thread (20-100 us to start and end), and the number of threads
// is limited (RLIMIT_NPROC, vm.max_map_count).
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/model.h"

namespace models {
namespace {

class ThreadPerTask final : public BlockingModel {
public:
    ThreadPerTask(const tasks::Job& job, tasks::Ledger& ledger) : BlockingModel{job, ledger} {}

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        return result_of(
            [&] { start([this, owned = std::move(task)] { run_task(*owned, tasks::TaskId::spawned, *this); }); });
    }

private:
    using Threads = std::list<std::jthread>;

    void run_roots() override {
        // If a thread does not start, this throws, and the destructors in `threads_` join those that run.
        for (std::size_t index = 0; index < job().size(); ++index) {
            start([this, index] { run_root(index, *this); });
        }
        std::unique_lock lock{mutex_};
        all_ended_.wait(lock, [this] { return running_ == 0; });
        const Threads ended = take_ended();
        lock.unlock();
    }

    // `body` makes a root task, or owns a spawned one, and runs it.
    template <class Body>
    void start(Body body) {
        // Threads that have ended are joined as others start: a thread keeps its stack until it is joined, and the
        // number of stacks is limited.
        Threads ended;
        const std::scoped_lock lock{mutex_};
        ended = take_ended();
        const auto place = threads_.emplace(threads_.end());
        try {
            *place = std::jthread{[this, place, body = std::move(body)] {
                body();
                end(place);
            }};
        } catch (...) {
            threads_.erase(place);
            throw;
        }
        ++running_;
    }
    // Each thread calls it last.
    void end(Threads::iterator place) {
        const std::scoped_lock lock{mutex_};
        ended_.push_back(place);
        if (--running_ == 0) all_ended_.notify_one();
    }
    [[nodiscard]] Threads take_ended() {
        Threads taken;
        for (const Threads::iterator place : ended_) taken.splice(taken.end(), threads_, place);
        ended_.clear();
        return taken;
    }

    std::mutex mutex_;
    std::condition_variable all_ended_;
    std::size_t running_ = 0;               // this and the next two are guarded by mutex_
    std::vector<Threads::iterator> ended_;  // positions in threads_; to be joined
    Threads threads_;                       // destroyed first: they use the members above
};

}  // namespace

extern constinit const Entry thread_per_task_entry{
    .name = "thread_per_task",
    .family = Family::threads,
    .carrier = "thread each",
    .wait_mechanism = "blocking",
    .summary = "a std::jthread for each task",
    .support = support_thread_each,
    .make = make_model<ThreadPerTask>,
    .classic = true,
};

}  // namespace models
