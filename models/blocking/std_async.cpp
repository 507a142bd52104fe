// Carrier: a std::async of its own for each task. Waiter: blocking in the call.
//
// What the standard library offers to run a function elsewhere: launch::async starts a thread, and the future brings
// back its end, or its exception. Good for a few large pieces of work, in the fewest lines. Its weakness is that of a
// thread for each task, and more: neither the stack's size nor the number of threads can be set, and a future that is
// dropped waits.
#include <chrono>
#include <deque>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "models/blocking/run_blocking.h"
#include "models/model.h"

namespace models {
namespace {

class StdAsync final : public Model {
public:
    StdAsync(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger}, events_{job.demand().events} {}

    void run() override {
        events_.clear();
        std::vector<Future> roots;
        roots.reserve(job_.size());
        for (std::size_t index = 0; index < job_.size(); ++index) {
            roots.push_back(start(job_.make(index), tasks::root(index)));
        }
        for (Future& root : roots) root.get();
        // Spawned tasks spawn others while we wait.
        for (Future next = take_spawned(); next.valid(); next = take_spawned()) next.get();
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        const std::scoped_lock lock{mutex_};
        drop_ended();
        try {
            spawned_.push_back(start(std::move(task), tasks::TaskId::spawned));
        } catch (const std::system_error& error) {
            return {-error.code().value()};
        }
        return {};
    }
    void yield() noexcept { std::this_thread::yield(); }

private:
    using Future = std::future<void>;

    [[nodiscard]] Future start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        return std::async(std::launch::async, [this, id, given = std::move(task)]() mutable {
            // The future would keep the task, and the task its sockets.
            const std::unique_ptr<tasks::Task> owned = std::move(given);
            run_blocking(*owned, id, ledger_, events_, *this);
        });
    }
    // A thread keeps its stack until its future has gone. Two are looked at for each that is added, so that no more
    // than one has ended for each that still runs.
    void drop_ended() {
        for (int looks = 0; looks < 2 && !spawned_.empty(); ++looks) {
            Future oldest = std::move(spawned_.front());
            spawned_.pop_front();
            if (oldest.wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
                oldest.get();
            } else {
                spawned_.push_back(std::move(oldest));
            }
        }
    }
    [[nodiscard]] Future take_spawned() {
        const std::scoped_lock lock{mutex_};
        if (spawned_.empty()) return {};
        Future oldest = std::move(spawned_.front());
        spawned_.pop_front();
        return oldest;
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
    std::mutex mutex_;
    std::deque<Future> spawned_;  // guarded by mutex_
};

}  // namespace

extern constinit const Entry std_async_entry{
    .name = "std_async",
    .family = Family::threads,
    .carrier = "std::async each (a thread)",
    .waiter = "blocking",
    .summary = "std::async with launch::async for each task; the size of its stacks cannot be set",
    .parameters = {},
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            const Support threads = enough_processes(demand.tasks_at_once, "threads");
            return threads ? support_one_process(demand, arguments) : threads;
        },
    .make = make_model<StdAsync>,
};

}  // namespace models
