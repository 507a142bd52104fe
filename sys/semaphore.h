#pragma once

#include <semaphore.h>

#include "sys/clock.h"

namespace sys {

// A counting semaphore that works between processes when it lies in shared memory (std::counting_semaphore does
// not: its futexes are private to a process). Trivially destructible on purpose: sem_destroy does nothing on
// Linux, and a child that ends must not destroy what others wait on.
class Semaphore {
public:
    Semaphore();
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    void post() noexcept;
    void wait() noexcept;
    // False where the deadline passed first.
    [[nodiscard]] bool wait_until(TimePoint deadline) noexcept;

private:
    sem_t semaphore_{};
};

}  // namespace sys
