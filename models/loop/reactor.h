#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "models/loop/poller.h"
#include "models/loop/run_queue.h"
#include "models/loop/socket_calls.h"
#include "sys/clock.h"

namespace models {

// The loop under every model that waits for readiness on one thread. It holds the continuations that wait for a
// descriptor, for a time or in the run queue, and resumes them.
class Reactor : public RunQueue {
public:
    explicit Reactor(std::unique_ptr<Poller> poller);

    // Each resumes its continuation once. A descriptor has at most one continuation for each direction. The operation
    // may find nothing after all: then it waits again, which costs no system call.
    void wait_ready(Readiness readiness, int descriptor, Continuation& continuation);
    void wait_until(sys::TimePoint time, Continuation& continuation);
    // Says that an operation may have left something behind (a listener's next connection). An edge-triggered poller
    // would not report it again.
    void mark_ready(int descriptor);

    // Ends a descriptor's registration, if there is one. Call it before the descriptor is closed: the kernel will give
    // its number to another socket.
    void forget(int descriptor);

    // Resumes what is in the run queue, then what is ready; if nothing is, waits for it, no longer than until `latest`.
    // Throws std::logic_error if no continuation can ever be resumed.
    void run_once(std::optional<sys::TimePoint> latest = {});
    // True if a continuation waits for a descriptor.
    [[nodiscard]] bool waits_for_descriptor() const noexcept { return waiting_ > 0; }

private:
    struct Watched {
        Continuation* reader = nullptr;
        Continuation* writer = nullptr;
        Interest registered = Interest::none;
        Interest missed =
            Interest::none;  // was ready while no continuation waited for it (edge-triggered pollers only)
        bool known = false;
        bool shared = false;  // a listener that other loops wait for too
    };
    struct Timer {
        sys::TimePoint time;
        Continuation* continuation;
    };

    void register_interest(int descriptor, Watched& watched);
    void register_shared(int listener, Watched& watched);
    void resume_due();
    void resume_ready(const Ready& ready);
    [[nodiscard]] Poller::Timeout time_to_wait(std::optional<sys::TimePoint> latest) const;

    std::unique_ptr<Poller> poller_;
    std::vector<Watched> watched_;    // by descriptor
    std::size_t waiting_ = 0;         // readers and writers in watched_
    std::vector<Timer> timers_;       // a heap, the earliest in front
    std::vector<Continuation*> due_;  // a member so that its memory is used again
    std::vector<Ready> ready_;        // likewise
};

}  // namespace models
