#pragma once

#include <chrono>
#include <ctime>

namespace sys {

// The monotonic clock, in nanoseconds: libstdc++'s steady_clock is CLOCK_MONOTONIC on Linux, and every kernel
// wait that we give a deadline to (clock_nanosleep, epoll_pwait2, ppoll, pselect) counts on the same clock.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

inline TimePoint now() noexcept { return Clock::now(); }

[[nodiscard]] timespec to_timespec(Nanoseconds duration) noexcept;

// Blocks this thread until the deadline has passed, through signals.
void sleep_until(TimePoint deadline) noexcept;

}  // namespace sys
