#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "models/poller.h"
#include "models/socket_calls.h"
#include "sys/clock.h"

namespace models {

// The loop under every model that multiplexes on one thread: it holds what waits (for a descriptor, for a time,
// for its turn) and wakes it. What a Waiter is (an entry of the loop's table, a coroutine frame, a fiber's stack)
// is the carrier's business. Waiters are lent, and must live until they are woken.
class Reactor {
public:
    class Waiter {
    public:
        virtual void wake() = 0;

    protected:
        ~Waiter() = default;
    };

    explicit Reactor(std::unique_ptr<Poller> poller);

    // Each wakes its waiter once. A descriptor has at most one waiter for each direction. What it woke for may
    // turn out not to be there: then wait again, which costs no system call.
    void when(Readiness readiness, int descriptor, Waiter& waiter);
    void at(sys::TimePoint time, Waiter& waiter);
    // After all that are ready now have had their turn.
    void soon(Waiter& waiter);

    // Events by their number; clear_events() comes before each run. False: it has happened already, go on.
    [[nodiscard]] bool await(int event, Waiter& waiter);
    void announce(int event);
    void clear_events() noexcept { events_.clear(); }

    // Drops a descriptor's registration, if there is one. To be called before it is closed: its number will come
    // back as another socket.
    void forget(int descriptor);

    // One turn: everything whose turn it is, then everything that is ready, waiting for it if need be.
    // Throws std::logic_error when nothing is left that could ever wake.
    void turn();

private:
    struct Watched {
        Waiter* reader = nullptr;
        Waiter* writer = nullptr;
        Interest registered = Interest::none;
        bool known = false;
    };
    struct Event {
        bool happened = false;
        std::vector<Waiter*> waiters;
    };
    struct Timer {
        sys::TimePoint time;
        Waiter* waiter;
    };

    Event& event(int number);
    void register_interest(int descriptor, Watched& watched);
    void wake_turn();
    void wake_due();
    void wake_ready(const Ready& ready);
    [[nodiscard]] Poller::Timeout time_to_wait() const;

    std::unique_ptr<Poller> poller_;
    std::vector<Watched> watched_;  // by descriptor
    std::size_t waiting_ = 0;       // readers and writers in it
    std::vector<Event> events_;     // by number
    std::vector<Timer> timers_;     // a heap, the earliest in front
    std::vector<Waiter*> soon_;
    std::vector<Waiter*> turn_;  // kept for its memory
    std::vector<Ready> ready_;   // likewise
};

}  // namespace models
