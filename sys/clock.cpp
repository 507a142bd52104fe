#include "sys/clock.h"

#include <cassert>
#include <cerrno>

namespace sys {

timespec to_timespec(Nanoseconds duration) noexcept {
    assert(duration.count() >= 0);
    constexpr long long per_second = 1'000'000'000;
    timespec result{};
    result.tv_sec = static_cast<time_t>(duration.count() / per_second);
    result.tv_nsec = static_cast<long>(duration.count() % per_second);
    return result;
}

bool sleep_until_signal(TimePoint deadline) noexcept {
    const timespec until = to_timespec(deadline.time_since_epoch());
    return ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != EINTR;
}

void sleep_until(TimePoint deadline) noexcept {
    while (!sleep_until_signal(deadline)) {
    }
}

Nanoseconds more_than_a_tick() noexcept {
    // A coarse clock moves once in a tick.
    timespec tick{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return Nanoseconds{tick.tv_nsec + tick.tv_nsec / 4};
}

}  // namespace sys
