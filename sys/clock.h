#pragma once

#include <chrono>
#include <ctime>

namespace sys {

// The monotonic clock, in nanoseconds. On Linux, steady_clock of libstdc++ is CLOCK_MONOTONIC, which is also the clock
// of the system calls that wait (clock_nanosleep, epoll_pwait2, ppoll, pselect).
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

inline TimePoint now() noexcept { return Clock::now(); }

// `duration` is not negative.
[[nodiscard]] timespec to_timespec(Nanoseconds duration) noexcept;

// Blocks this thread until the deadline has passed. Signals do not end the wait.
void sleep_until(TimePoint deadline) noexcept;
// The same, but a signal that has a handler ends the wait. Returns whether the deadline has passed.
[[nodiscard]] bool sleep_until_signal(TimePoint deadline) noexcept;

// The interval at which the kernel updates the clock of a thread that runs, and a quarter more: so it contains one
// update for sure. 1 to 13 ms.
[[nodiscard]] Nanoseconds more_than_a_tick() noexcept;

}  // namespace sys
