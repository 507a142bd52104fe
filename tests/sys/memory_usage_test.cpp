#include "sys/memory_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "sys/child_process.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

constexpr std::size_t some_bytes = std::size_t{64} << 20;

TEST(MemoryUsage, GrowsByPagesThatAreUsed) {
    const MemoryUsage before = memory_usage_of_tree(::getpid());
    EXPECT_GT(before.pss_bytes, 0);
    EXPECT_GT(before.kernel_bytes, 0);
    const SharedMapping mapping{some_bytes};
    const std::int64_t untouched = memory_usage_of_tree(::getpid()).pss_bytes - before.pss_bytes;
    EXPECT_LT(untouched, static_cast<std::int64_t>(some_bytes) / 2);
    std::memset(mapping.data(), 1, some_bytes);
    const std::int64_t touched = memory_usage_of_tree(::getpid()).pss_bytes - before.pss_bytes;
    EXPECT_GE(touched, static_cast<std::int64_t>(some_bytes) * 9 / 10);
}

TEST(MemoryUsage, SeesChildrenOfChildren) {
    struct Board {
        Semaphore ready;
        Semaphore leave;
    };
    const Shared<Board> board;
    const std::int64_t before = memory_usage_of_tree(::getpid()).pss_bytes;
    ChildProcess child = ChildProcess::fork([&] {
        ChildProcess grandchild = ChildProcess::fork([&] {
            const SharedMapping mapping{some_bytes};
            std::memset(mapping.data(), 1, some_bytes);
            board->ready.post();
            board->leave.wait();
        });
        grandchild.wait();
    });
    board->ready.wait();
    EXPECT_GE(memory_usage_of_tree(::getpid()).pss_bytes - before, static_cast<std::int64_t>(some_bytes) * 9 / 10);
    board->leave.post();
    EXPECT_EQ(child.wait(), 0);
    EXPECT_LT(memory_usage_of_tree(::getpid()).pss_bytes - before, static_cast<std::int64_t>(some_bytes) / 2);
}

TEST(MemoryUsage, OfAProcessThatHasEndedIsZero) {
    ChildProcess child = ChildProcess::fork([] {});
    const pid_t pid = child.pid();
    child.wait();
    EXPECT_EQ(memory_usage_of_tree(pid).pss_bytes, 0);
}

}  // namespace
}  // namespace sys
