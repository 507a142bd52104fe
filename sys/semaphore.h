#pragma once

#include <semaphore.h>

#include "sys/clock.h"

namespace sys {

// A counting semaphore, which begins at 0. In shared memory it also works between processes (std::counting_semaphore
// does not: its futexes are private to a process). Trivially destructible, so that a child that ends does not destroy
// it for the others; sem_destroy() does nothing on Linux.
class Semaphore {
public:
    Semaphore();
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    void post() noexcept;
    void wait() noexcept;
    // False if the deadline passed first.
    [[nodiscard]] bool wait_until(TimePoint deadline) noexcept;

private:
    sem_t semaphore_{};
};

}  // namespace sys
