#pragma once

#include <cstddef>
#include <vector>

namespace models {

// What is woken by a loop. What it is (an entry of the loop's table, a coroutine frame, a fiber's stack) is the
// carrier's business. Waiters are lent, and must live until they are woken.
class Waiter {
public:
    virtual void wake() = 0;

protected:
    ~Waiter() = default;
};

// Whose turn it is, and who awaits which event: the part of a loop that needs no kernel.
class Turns {
public:
    // After all that are ready now have had their turn.
    void soon(Waiter& waiter) { soon_.push_back(&waiter); }

    // Events by their number; clear_events() comes before each run. False: it has happened already, go on.
    [[nodiscard]] bool await(int number, Waiter& waiter);
    void announce(int number);
    void clear_events() noexcept;

protected:
    [[nodiscard]] bool anybody_soon() const noexcept { return !soon_.empty(); }
    // What is added meanwhile has to wait for the next turn, or two tasks that yield would starve the rest.
    void wake_turn();
    void wake_all(std::vector<Waiter*>& waiters);

private:
    struct Event {
        bool happened = false;
        std::vector<Waiter*> waiters;
    };
    [[nodiscard]] Event& event(int number);

    std::vector<Waiter*> soon_;
    std::vector<Waiter*> turn_;  // kept for its memory
    std::vector<Event> events_;  // by number
};

}  // namespace models
