#include "sys/kernel_threads.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sys {
namespace {

using namespace std::chrono_literals;

TEST(KernelThreads, AreNotThisProcess) {
    const KernelThreadTimes times = kernel_thread_times();
    EXPECT_FALSE(times.contains(::getpid()));
    EXPECT_FALSE(times.contains(1));
    if (times.empty()) GTEST_SKIP() << "/proc shows no threads of the kernel";
    EXPECT_TRUE(times.contains(2)) << "kthreadd";
}

TEST(KernelThreads, UseWhatTheyUsedBetweenTwoReadings) {
    const KernelThreadTimes before{{2, 5ms}, {3, 7ms}, {4, 9ms}};
    EXPECT_EQ(used_between(before, before), 0ms);
    EXPECT_EQ(used_between(before, {{2, 6ms}, {3, 7ms}}), 1ms) << "thread 4 has ended";
    EXPECT_EQ(used_between(before, {{2, 5ms}, {5, 2ms}}), 2ms) << "thread 5 is new";
    EXPECT_EQ(used_between(before, {{4, 1ms}}), 1ms) << "another thread 4";
}

TEST(KernelThreads, NeverGoBack) {
    const KernelThreadTimes before = kernel_thread_times();
    EXPECT_GE(used_between(before, kernel_thread_times()).count(), 0);
}

}  // namespace
}  // namespace sys
