#pragma once

#include <pthread.h>

#include <atomic>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

#include "models/abandonment.h"

namespace models {

// The threads of a model that carry tasks, and how a run ends early. If a task throws, or a thread cannot be had, the
// others may wait for ever for what will never come. So the first failure is kept, and every other thread is called
// back from the system call in which it waits: by a signal, again and again, until it has left its task.
class Carriers {
public:
    // `wake`: called when a run is abandoned; ends waits that a signal does not end (events). May be empty.
    explicit Carriers(std::function<void()> wake = {}) : wake_{std::move(wake)} {}
    Carriers(const Carriers&) = delete;
    Carriers& operator=(const Carriers&) = delete;

    // A place for one thread at a time.
    class Carrier {
    public:
        explicit Carrier(Carriers& carriers);
        Carrier(const Carrier&) = delete;
        Carrier& operator=(const Carrier&) = delete;
        ~Carrier();

        // Calls `body`, unless the run was abandoned before. If it throws, the run is abandoned. A body may call
        // carry() again on its thread (a task that runs inside of another one); afterwards it asks abandonment(),
        // because a failure may have called the thread back already.
        template <class Body>
        void carry(Body&& body) noexcept {
            thread_.store(::pthread_self(), std::memory_order_relaxed);
            const bool in_another = busy_.load(std::memory_order_relaxed);
            busy_.store(true, std::memory_order_relaxed);
            try {
                carriers_.abandonment_.throw_if_begun();
                std::forward<Body>(body)();
            } catch (const RunAbandoned&) {
            } catch (...) {
                carriers_.abandon(std::current_exception(), this);
            }
            busy_.store(in_another, std::memory_order_release);
        }
        // In a body: calls `wait`, which waits for other tasks and may carry them. No signal ends such a wait, so a run
        // that is abandoned does not wait for this thread; afterwards the body ends.
        template <class Wait>
        void wait_for_tasks(Wait&& wait) {
            busy_.store(false, std::memory_order_release);
            std::forward<Wait>(wait)();
            busy_.store(true, std::memory_order_relaxed);
            carriers_.abandonment_.throw_if_begun();
        }

    private:
        friend class Carriers;

        Carriers& carriers_;
        // Each thread writes its own cache line.
        alignas(64) std::atomic<pthread_t> thread_{};
        std::atomic<bool> busy_{false};
        std::list<Carrier*>::iterator place_;
    };

    [[nodiscard]] const Abandonment& abandonment() const noexcept { return abandonment_; }
    // Ends the run; of several failures the first one is kept. Returns when no other thread carries a task: a thread
    // that computes is waited for. After that, the model must not run again.
    void abandon(std::exception_ptr failure) noexcept { abandon(std::move(failure), nullptr); }
    // After a run: throws the failure that ended it, if there was one.
    void rethrow_failure();

private:
    void abandon(std::exception_ptr failure, const Carrier* own) noexcept;
    [[nodiscard]] bool interrupt_others(const Carrier* own);

    std::function<void()> wake_;
    Abandonment abandonment_;
    std::mutex mutex_;
    std::exception_ptr failure_;  // this and the next are guarded by mutex_
    std::list<Carrier*> carriers_;
};

}  // namespace models
