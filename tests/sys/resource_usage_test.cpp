#include "sys/resource_usage.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <ctime>
#include <sstream>
#include <thread>
#include <type_traits>

#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

static_assert(std::is_trivially_copyable_v<ResourceUsage>);

// CPU time, so that the load of the machine does not matter.
constexpr std::int64_t work_ns = 40'000'000;

void burn_cpu() {
    const std::int64_t end = own_usage().cpu_ns() + work_ns;
    volatile std::uint64_t sum = 0;
    while (own_usage().cpu_ns() < end) {
        for (std::uint64_t i = 0; i < 10'000; ++i) sum = sum + i;
    }
}

TEST(ResourceUsage, AddsAndTakesAwayFieldByField) {
    const ResourceUsage a{1, 2, 3, 4, 5, 6};
    const ResourceUsage b{10, 20, 30, 40, 50, 60};
    const ResourceUsage sum = a + b;
    EXPECT_EQ(sum.cpu_user_ns, 11);
    EXPECT_EQ(sum.cpu_system_ns, 22);
    EXPECT_EQ(sum.switches_voluntary, 33);
    EXPECT_EQ(sum.switches_involuntary, 44);
    EXPECT_EQ(sum.faults_minor, 55);
    EXPECT_EQ(sum.faults_major, 66);
    EXPECT_EQ(sum.cpu_ns(), 33);
    const ResourceUsage difference = sum - a;
    EXPECT_EQ(difference.cpu_user_ns, 10);
    EXPECT_EQ(difference.cpu_system_ns, 20);
    EXPECT_EQ(difference.switches_voluntary, 30);
    EXPECT_EQ(difference.switches_involuntary, 40);
    EXPECT_EQ(difference.faults_minor, 50);
    EXPECT_EQ(difference.faults_major, 60);
}

TEST(OwnUsage, GrowsWithWork) {
    const ResourceUsage before = own_usage();
    burn_cpu();
    EXPECT_GE((own_usage() - before).cpu_ns(), work_ns);
}

// Shorter than a tick: a figure that the kernel updates only then would not move most of the time.
TEST(ThreadUsage, KnowsWhatTheThreadUsedSinceTheLastTick) {
    const auto clock_ns = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    };
    constexpr std::int64_t burnt_ns = 500'000;
    constexpr std::int64_t resolution_ns = 2'000;
    for (int i = 0; i < 20; ++i) {
        const std::int64_t before_ns = thread_usage().cpu_ns();
        const std::int64_t end_ns = clock_ns() + burnt_ns;
        while (clock_ns() < end_ns) {
        }
        EXPECT_GE(thread_usage().cpu_ns() - before_ns, burnt_ns - resolution_ns);
    }
}

TEST(ThreadUsage, HasNoOtherThread) {
    const ResourceUsage before = thread_usage();
    std::jthread{burn_cpu}.join();
    EXPECT_LT((thread_usage() - before).cpu_ns(), work_ns / 2);
}

TEST(UsageWithChildren, IncludesAChildThatWasReaped) {
    const Shared<ResourceUsage> told;
    const ResourceUsage own_before = own_usage();
    const ResourceUsage all_before = usage_with_children();
    auto child = ChildProcess::fork([&] {
        burn_cpu();
        *told = own_usage();
    });
    // Wait until the child has ended, but do not reap it.
    siginfo_t info{};
    check(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), "waitid");
    EXPECT_GE(told->cpu_ns(), work_ns);
    // The difference may be a little more than 0, because time passes between the two calls.
    const auto children_ns = [&] {
        const std::int64_t all = (usage_with_children() - all_before).cpu_ns();
        return all - (own_usage() - own_before).cpu_ns();
    };
    EXPECT_LT(children_ns(), work_ns / 2);
    ASSERT_EQ(child.wait(), 0);
    EXPECT_GE(children_ns(), work_ns / 2);
    EXPECT_GE((usage_with_children() - all_before).cpu_ns(), told->cpu_ns());
}

TEST(MachineTime, NeverGoesBack) {
    const auto before = machine_time();
    const auto after = machine_time();
    if (!before || !after) GTEST_SKIP() << "no /proc/stat";
    EXPECT_GT(before->busy.count(), 0);
    EXPECT_GE(after->busy, before->busy);
    EXPECT_GE(before->steal.count(), 0);
    EXPECT_GE(after->steal, before->steal);
}

TEST(ThrottledTime, IsFoundInCpuStat) {
    std::istringstream limited{"usage_usec 5\nnr_periods 3\nnr_throttled 2\nthrottled_usec 17\nnr_bursts 0\n"};
    EXPECT_EQ(throttled_time_in(limited), Nanoseconds{17'000});
    std::istringstream unlimited{"usage_usec 5\nuser_usec 3\nsystem_usec 2\n"};
    EXPECT_EQ(throttled_time_in(unlimited), std::nullopt);
    std::istringstream empty;
    EXPECT_EQ(throttled_time_in(empty), std::nullopt);
}

TEST(ThrottledTime, NeverGoesBack) {
    const auto before = throttled_time();
    const auto after = throttled_time();
    if (!before || !after) GTEST_SKIP() << "no control group of version 2 with a quota";
    EXPECT_GE(before->count(), 0);
    EXPECT_GE(*after, *before);
}

TEST(RunDelay, NeverGoesBack) {
    const auto before = run_delay();
    const auto after = run_delay();
    if (!before || !after) GTEST_SKIP() << "no /proc/self/schedstat";
    EXPECT_GE(before->count(), 0);
    EXPECT_GE(*after, *before);
}

}  // namespace
}  // namespace sys
