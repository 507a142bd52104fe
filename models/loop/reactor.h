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

// The loop under every model that waits for readiness on one thread: it holds what waits (for a descriptor, for a
// time, for its turn) and wakes it.
class Reactor : public RunQueue {
public:
    explicit Reactor(std::unique_ptr<Poller> poller);

    // Each wakes its continuation once. A descriptor has at most one continuation for each direction. What it woke for
    // may turn out not to be there: then wait again, which costs no system call.
    void wait_ready(Readiness readiness, int descriptor, Continuation& continuation);
    void wait_until(sys::TimePoint time, Continuation& continuation);
    // More may be there than was taken (a listener's next connection): an edge-triggered poller will not say so.
    void mark_ready(int descriptor);

    // Drops a descriptor's registration, if there is one. To be called before it is closed: its number will come
    // back as another socket.
    void forget(int descriptor);

    // One turn: everything whose turn it is, then everything that is ready, waiting for it if need be, until `latest`
    // where there is one. Throws std::logic_error when nothing is left that could ever wake.
    void turn(std::optional<sys::TimePoint> latest = {});
    // For a descriptor.
    [[nodiscard]] bool anybody_waits() const noexcept { return waiting_ > 0; }

private:
    struct Watched {
        Continuation* reader = nullptr;
        Continuation* writer = nullptr;
        Interest registered = Interest::none;
        Interest missed = Interest::none;  // reported, while nobody waited for it (edge-triggered pollers alone)
        bool known = false;
    };
    struct Timer {
        sys::TimePoint time;
        Continuation* continuation;
    };

    void register_interest(int descriptor, Watched& watched);
    void resume_due();
    void resume_ready(const Ready& ready);
    [[nodiscard]] Poller::Timeout time_to_wait(std::optional<sys::TimePoint> latest) const;

    std::unique_ptr<Poller> poller_;
    std::vector<Watched> watched_;    // by descriptor
    std::size_t waiting_ = 0;         // readers and writers in it
    std::vector<Timer> timers_;       // a heap, the earliest in front
    std::vector<Continuation*> due_;  // kept for its memory
    std::vector<Ready> ready_;        // likewise
};

}  // namespace models
