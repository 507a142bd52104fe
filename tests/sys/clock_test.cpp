#include "sys/clock.h"

#include <gtest/gtest.h>
#include <sys/time.h>

#include <atomic>
#include <csignal>

#include "sys/check.h"

namespace sys {
namespace {

using std::chrono::milliseconds;

TEST(Clock, IsTheKernelsMonotonicClock) {
    timespec kernel{};
    check(::clock_gettime(CLOCK_MONOTONIC, &kernel), "clock_gettime");
    const Nanoseconds before = std::chrono::seconds{kernel.tv_sec} + Nanoseconds{kernel.tv_nsec};
    const Nanoseconds ours = now().time_since_epoch();
    check(::clock_gettime(CLOCK_MONOTONIC, &kernel), "clock_gettime");
    const Nanoseconds after = std::chrono::seconds{kernel.tv_sec} + Nanoseconds{kernel.tv_nsec};
    EXPECT_LE(before, ours);
    EXPECT_LE(ours, after);
}

TEST(ToTimespec, SplitsSecondsFromNanoseconds) {
    const auto split = [](Nanoseconds duration) {
        const timespec time = to_timespec(duration);
        return std::pair{std::int64_t{time.tv_sec}, std::int64_t{time.tv_nsec}};
    };
    EXPECT_EQ(split(Nanoseconds{0}), (std::pair{std::int64_t{0}, std::int64_t{0}}));
    EXPECT_EQ(split(Nanoseconds{999'999'999}), (std::pair{std::int64_t{0}, std::int64_t{999'999'999}}));
    EXPECT_EQ(split(Nanoseconds{1'000'000'000}), (std::pair{std::int64_t{1}, std::int64_t{0}}));
    EXPECT_EQ(split(Nanoseconds{7'000'000'008}), (std::pair{std::int64_t{7}, std::int64_t{8}}));
}

TEST(SleepUntil, DoesNotWakeEarly) {
    for (int i = 0; i < 5; ++i) {
        const TimePoint deadline = now() + milliseconds{1};
        sleep_until(deadline);
        EXPECT_GE(now(), deadline);
    }
}

TEST(SleepUntil, ReturnsAtOnceWhenTheDeadlineHasPassed) {
    const TimePoint before = now();
    sleep_until(TimePoint{});
    sleep_until(before - milliseconds{1});
    EXPECT_LT(now(), before + std::chrono::seconds{5});
}

std::atomic<int> signals_seen;

TEST(SleepUntil, SleepsThroughSignals) {
    struct sigaction action {};
    action.sa_handler = [](int) { signals_seen.fetch_add(1); };
    struct sigaction old_action {};
    check(::sigaction(SIGALRM, &action, &old_action), "sigaction");
    const itimerval every_millisecond{{0, 1000}, {0, 1000}};
    check(::setitimer(ITIMER_REAL, &every_millisecond, nullptr), "setitimer");
    const TimePoint deadline = now() + milliseconds{20};
    sleep_until(deadline);
    EXPECT_GE(now(), deadline);
    const itimerval never{};
    check(::setitimer(ITIMER_REAL, &never, nullptr), "setitimer");
    EXPECT_GT(signals_seen.load(), 0);
    check(::sigaction(SIGALRM, &old_action, nullptr), "sigaction");
}

}  // namespace
}  // namespace sys
