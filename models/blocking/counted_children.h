#pragma once

#include <atomic>
#include <cstdint>

#include "models/abandonment.h"
#include "models/blocking/blocking_primitives.h"
#include "models/loop/continuation.h"
#include "models/loop/join_counter.h"
#include "sys/futex.h"
#include "tasks/operation.h"

namespace models {

// The children of a task that blocks its carrier until they have ended, for carriers in which they run at the same
// time. It tells the primitives who is able to go on, so that a deadlock is found even while parents wait for children.
class CountedChildren : public Continuation {
public:
    // After a child has started; it may have ended already. Not before: the start may throw, and then there is no child
    // to wait for.
    void child_started(BlockingPrimitives& primitives) noexcept {
        primitives_ = &primitives;
        counter_.child_begins();
    }
    // The last use of this object by the carrier of the child.
    void child_ends(const tasks::Finish& finish) noexcept {
        if (const auto parent = counter_.child_ends(finish)) (*parent)->resume();
    }

    // The result of Join, if there are children. `wait` waits until all have ended, or throws.
    template <class Wait>
    [[nodiscard]] tasks::Result join(Wait wait) {
        if (counter_.join(*this, result_)) return result_;
        primitives_->parent_waits();
        wait();
        return result_;
    }
    // Called for the last child, if the parent waits.
    void resume() override { primitives_->parent_goes_on(); }

protected:
    ~CountedChildren() = default;

private:
    SharedJoinCounter counter_;
    BlockingPrimitives* primitives_ = nullptr;
    tasks::Result result_;
};

// The same for threads: the parent sleeps in a futex.
class ThreadChildren final : public CountedChildren {
public:
    ThreadChildren() = default;
    ThreadChildren(const ThreadChildren&) = delete;
    ThreadChildren& operator=(const ThreadChildren&) = delete;
    // Waits for children that the task has not joined because the run has failed: they use this object.
    ~ThreadChildren() {
        const auto wait = [this] { sleep([] {}); };
        if (waits_) {
            wait();
        } else {
            (void)CountedChildren::join(wait);
        }
    }

    [[nodiscard]] tasks::Result join(const Abandonment& abandonment) {
        return CountedChildren::join([&] {
            waits_ = true;
            sleep([&] { abandonment.throw_if_begun(); });
            waits_ = false;
        });
    }
    void resume() override {
        CountedChildren::resume();
        all_ended_.store(1, std::memory_order_release);
        // The parent may see the store before, and be gone. Then this wakes nobody, or somebody who looks again.
        sys::futex_wake(all_ended_, 1, sys::Sharing::within_process);
    }

private:
    template <class LookAround>
    void sleep(LookAround look_around) {
        while (all_ended_.load(std::memory_order_acquire) == 0) {
            look_around();
            sys::futex_wait(all_ended_, 0, sys::Sharing::within_process);
        }
        all_ended_.store(0, std::memory_order_relaxed);
    }

    std::atomic<std::uint32_t> all_ended_{0};
    bool waits_ = false;  // a Join was interrupted
};

}  // namespace models
