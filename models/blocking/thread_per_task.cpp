// Carrier: a std::jthread for each task. Waiter: blocking in the call.
//
// The kernel keeps a task's state on a stack of its own (8 MiB of address space, two pages and more of it real)
// and schedules it over all CPUs. Good for some hundred tasks that block often, and the plainest code there is.
// Its weakness is the price of a thread (20-100 us to start and end), paid for every task however short, and the
// limits on threads (RLIMIT_NPROC, vm.max_map_count).
#include <condition_variable>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "models/blocking/run_blocking.h"
#include "models/model.h"

namespace models {
namespace {

class ThreadPerTask final : public Model {
public:
    ThreadPerTask(const tasks::Job& job, tasks::Ledger& ledger)
        : job_{job}, ledger_{ledger}, events_{job.demand().events} {}

    void run() override {
        events_.clear();
        // Should a thread not start, the exception leaves `threads_` to be joined by their destructors.
        for (std::size_t index = 0; index < job_.size(); ++index) start(job_.make(index), tasks::root(index));
        std::unique_lock lock{mutex_};
        all_ended_.wait(lock, [this] { return running_ == 0; });
        const Threads ended = take_ended();
        lock.unlock();
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        try {
            start(std::move(task), tasks::TaskId::spawned);
        } catch (const std::system_error& error) {
            return {-error.code().value()};
        }
        return {};
    }
    void yield() noexcept { std::this_thread::yield(); }

private:
    using Threads = std::list<std::jthread>;

    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        // Those that have ended are joined as we go: until then they keep their stacks, of which there are only so
        // many.
        Threads ended;
        const std::scoped_lock lock{mutex_};
        ended = take_ended();
        const auto place = threads_.emplace(threads_.end());
        try {
            *place = std::jthread{[this, id, place, task = std::move(task)] {
                run_blocking(*task, id, ledger_, events_, *this);
                end(place);
            }};
        } catch (...) {
            threads_.erase(place);
            throw;
        }
        ++running_;
    }
    // The last thing that a thread does.
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

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
    std::mutex mutex_;
    std::condition_variable all_ended_;
    std::size_t running_ = 0;               // this and the next two are guarded by mutex_
    std::vector<Threads::iterator> ended_;  // in threads_, to be joined
    Threads threads_;                       // ended first: they use all of the above
};

}  // namespace

extern constinit const Entry thread_per_task_entry{
    .name = "thread_per_task",
    .family = Family::threads,
    .carrier = "thread each",
    .waiter = "blocking",
    .summary = "a std::jthread for each task",
    .parameters = {},
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            const Support threads = enough_processes(demand.tasks_at_once, "threads");
            return threads ? support_one_process(demand, {}) : threads;
        },
    .make = make_model<ThreadPerTask>,
    .classic = true,
};

}  // namespace models
