#pragma once

#include <atomic>
#include <cstdint>

namespace sys {

// Something that happens once, and that any number of threads wait for, also those of other processes where it lies
// in shared memory (std::atomic::wait does not reach over processes: its futexes are private). Zeroed memory is an
// event that has not happened. Trivially destructible on purpose, like Semaphore.
class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    // Returns at once where it has happened. What was written before announce() is visible afterwards.
    void wait() noexcept;
    // Wakes all who wait.
    void announce() noexcept;
    // While nobody waits.
    void clear() noexcept;

private:
    std::atomic<std::uint32_t> happened_{0};
    static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "the kernel reads it as a number");
};

}  // namespace sys
