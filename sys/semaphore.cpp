#include "sys/semaphore.h"

#include <cerrno>

#include "sys/check.h"

namespace sys {

Semaphore::Semaphore() { check(::sem_init(&semaphore_, /*pshared=*/1, 0), "sem_init"); }

void Semaphore::post() noexcept { ::sem_post(&semaphore_); }

void Semaphore::wait() noexcept {
    while (::sem_wait(&semaphore_) == -1 && errno == EINTR) {
    }
}

bool Semaphore::wait_until(TimePoint deadline) noexcept {
    const timespec until = to_timespec(deadline.time_since_epoch());
    int result = 0;
    while ((result = ::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until)) == -1 && errno == EINTR) {
    }
    return result == 0;
}

}  // namespace sys
