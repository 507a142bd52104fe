// Carrier: a call of std::async for each task (a thread). Wait mechanism: blocking in the call.
//
// The standard library's way to run a function elsewhere: launch::async starts a thread, and the future returns its end
// or its exception. Good for a few large pieces of work, in the fewest lines. It has the weaknesses of thread_per_task,
// and more: neither the size of the stacks nor the number of threads can be set, and the destructor of a future waits.
#include <chrono>
#include <deque>
#include <future>
#include <mutex>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/blocking/counted_children.h"
#include "models/model.h"

namespace models {
namespace {

class StdAsync final : public BlockingModel {
    using Future = std::future<void>;

public:
    StdAsync(const tasks::Job& job, tasks::Ledger& ledger) : BlockingModel{job, ledger, sys::Sharing::within_process} {}

    // The futures of the task's children; and their counter, because a wait for a future cannot be called back if the
    // run fails.
    struct Children {
        void child_ends(const tasks::Finish& finish) noexcept { counted.child_ends(finish); }
        std::vector<Future> ends;
        ThreadChildren counted;
    };
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        const std::scoped_lock lock{mutex_};
        drop_ended();
        return result_of([&] {
            spawned_.push_back(std::async(std::launch::async, [this, given = std::move(task)]() mutable {
                // Moved out: the future would keep the task, and the task its sockets.
                const std::unique_ptr<tasks::Task> owned = std::move(given);
                Children children;
                carry([&] { run_task(*owned, tasks::TaskId::spawned, children, *this); });
            }));
        });
    }
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        // First the place of the future: it cannot be missing once the child runs.
        Future& end = siblings.ends.emplace_back();
        const tasks::Result started = result_of([&] {
            end = std::async(std::launch::async, [this, &siblings, given = std::move(task)]() mutable {
                const std::unique_ptr<tasks::Task> owned = std::move(given);
                Carriers::Carrier carrier{carriers()};
                carry_child(carrier, *owned, siblings, *this);
            });
        });
        if (started.failed()) {
            siblings.ends.pop_back();
        } else {
            siblings.counted.child_started(primitives());
        }
        return started;
    }
    tasks::Result join(Children& children) {
        const tasks::Result result = children.counted.join(carriers().abandonment());
        for (Future& end : children.ends) end.get();
        children.ends.clear();
        return result;
    }

private:
    void run_roots() override {
        std::vector<Future> roots;
        roots.reserve(job().size());
        try {
            for (std::size_t index = 0; index < job().size(); ++index) {
                roots.push_back(std::async(std::launch::async, [this, index] {
                    Children children;
                    carry([&] { run_root(index, children, *this); });
                }));
            }
        } catch (...) {
            // Those that run may wait for the task that has no thread.
            carriers().abandon(std::current_exception());
        }
        for (Future& root : roots) root.get();
        // A spawned task may spawn another while we wait for it.
        for (Future next = take_spawned(); next.valid(); next = take_spawned()) next.get();
        carriers().rethrow_failure();
    }
    // A future could carry an exception too, but only to somebody who waits for this future and no other.
    template <class Body>
    void carry(Body body) {
        Carriers::Carrier{carriers()}.carry(body);
    }

    // A thread keeps its stack until its future is destroyed. Each new task looks at two futures, so that at most one
    // thread has ended for each that still runs.
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

    std::mutex mutex_;
    std::deque<Future> spawned_;  // guarded by mutex_
};

}  // namespace

extern constinit const Entry std_async_entry{
    .name = "std_async",
    .family = Family::threads,
    .carrier = "std::async each (a thread)",
    .wait_mechanism = "blocking",
    .summary = "std::async with launch::async for each task; the size of its stacks cannot be set",
    .support = support_thread_each,
    .make = make_model<StdAsync>,
};

}  // namespace models
