#pragma once

#include <atomic>
#include <cstdint>

namespace sys {

// An event that happens once, and for which any number of threads can wait. In shared memory it also works between
// processes (std::atomic::wait does not: its futexes are private to a process). Zeroed memory is an event that has not
// happened. Trivially destructible, so that a child that ends does not destroy it for the others.
class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    // Returns at once if the event has happened. Writes before announce() are visible after wait().
    void wait() noexcept;
    // Wakes all threads that wait.
    void announce() noexcept;
    // Resets the event to "not happened". Call it only while no thread waits for the event.
    void clear() noexcept;

private:
    std::atomic<std::uint32_t> happened_{0};
};

}  // namespace sys
