#include "sys/semaphore.h"

#include <gtest/gtest.h>

#include <chrono>
#include <type_traits>

#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

static_assert(std::is_trivially_destructible_v<Semaphore>);

using std::chrono::milliseconds;
// Waits take so long only if there is a mistake.
constexpr std::chrono::seconds patience{20};

TEST(Semaphore, Counts) {
    Semaphore semaphore;
    semaphore.post();
    semaphore.post();
    semaphore.wait();
    EXPECT_TRUE(semaphore.wait_until(now()));
    EXPECT_FALSE(semaphore.wait_until(now()));
}

TEST(Semaphore, CanBeTakenAfterTheDeadlineHasPassed) {
    Semaphore semaphore;
    semaphore.post();
    EXPECT_TRUE(semaphore.wait_until(TimePoint{}));
}

TEST(Semaphore, GivesUpAtTheDeadlineAndNotEarlier) {
    Semaphore semaphore;
    const TimePoint deadline = now() + milliseconds{3};
    EXPECT_FALSE(semaphore.wait_until(deadline));
    EXPECT_GE(now(), deadline);
}

TEST(Semaphore, WorksBetweenProcesses) {
    struct Table {
        Semaphore ping;
        Semaphore pong;
        int ball;
    };
    const Shared<Table> table;
    constexpr int rounds = 200;
    auto child = ChildProcess::fork([&] {
        for (int i = 0; i < rounds; ++i) {
            table->ping.wait();
            ++table->ball;
            table->pong.post();
        }
    });
    for (int i = 0; i < rounds; ++i) {
        table->ping.post();
        ASSERT_TRUE(table->pong.wait_until(now() + patience));
        ASSERT_EQ(table->ball, i + 1);
    }
    EXPECT_EQ(child.wait(), 0);
}

TEST(Semaphore, IsNotDestroyedByAChildThatEnds) {
    const Shared<Semaphore> semaphore;
    auto child = ChildProcess::fork([&] { semaphore->post(); });
    ASSERT_EQ(child.wait(), 0);
    EXPECT_TRUE(semaphore->wait_until(now() + patience));
    semaphore->post();
    EXPECT_TRUE(semaphore->wait_until(now()));
}

}  // namespace
}  // namespace sys
