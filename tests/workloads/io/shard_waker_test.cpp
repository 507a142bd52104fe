#include "workloads/io/shard_waker.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <variant>

#include "sys/clock.h"

namespace workloads {
namespace {

// Whether somebody has woken this shard; takes what was sent.
bool is_woken(const ShardWaker& waker, std::size_t shard) {
    std::array<char, 64> bytes{};
    return ::recv(waker.socket(shard), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0;
}

class GateWatchers : public testing::Test {
protected:
    GateWatchers() { windows_.plan(1, nullptr); }
    std::unique_ptr<tasks::Task> watcher(std::size_t index) {
        auto task = make_gate_watcher({index, 2}, windows_, waker_);
        tasks::Operation first = task->resume({});
        EXPECT_EQ(std::get<tasks::Receive>(first).socket, waker_.socket(index));
        return task;
    }
    void all_arrive() {
        EXPECT_FALSE(windows_.arrive(sys::now()).last);
        EXPECT_TRUE(windows_.arrive(sys::now()).last);
    }
    static void expect_announce(const tasks::Operation& operation, int gate) {
        ASSERT_TRUE(std::holds_alternative<tasks::Announce>(operation));
        EXPECT_EQ(std::get<tasks::Announce>(operation).event, gate);
    }
    static constexpr tasks::Result one_byte{1};

    Windows windows_{2, 2};  // two clients
    ShardWaker waker_{2};
};

TEST(ShardWaker, WakesTheShardsThatItIsToldTo) {
    const ShardWaker waker{3};
    waker.wake(1);
    EXPECT_FALSE(is_woken(waker, 0));
    EXPECT_TRUE(is_woken(waker, 1));
    waker.wake_others(1);
    EXPECT_TRUE(is_woken(waker, 0));
    EXPECT_FALSE(is_woken(waker, 1));
    EXPECT_TRUE(is_woken(waker, 2));
    waker.wake_all();
    for (const std::size_t shard : {0U, 1U, 2U}) EXPECT_TRUE(is_woken(waker, shard));
}

TEST(ShardWaker, NeverBlocks) {
    const ShardWaker waker{1};
    for (int i = 0; i < 100'000; ++i) waker.wake(0);
    EXPECT_TRUE(is_woken(waker, 0));
}

TEST_F(GateWatchers, TheFirstTurnsTheGatesAndWakesTheOthers) {
    const auto first = watcher(0);
    all_arrive();
    EXPECT_TRUE(std::holds_alternative<tasks::Compute>(first->resume(one_byte)));
    first->compute();
    EXPECT_EQ(windows_.turned(), 1U);
    expect_announce(first->resume({}), 0);
    EXPECT_TRUE(is_woken(waker_, 1));
    EXPECT_FALSE(is_woken(waker_, 0));
    EXPECT_TRUE(std::holds_alternative<tasks::Receive>(first->resume({}))) << "for the next gate";
}

TEST_F(GateWatchers, TheFirstWaitsUntilAllHaveArrived) {
    const auto first = watcher(0);
    (void)windows_.arrive(sys::now());
    EXPECT_TRUE(std::holds_alternative<tasks::Receive>(first->resume(one_byte)));
    EXPECT_EQ(windows_.turned(), 0U);
}

TEST_F(GateWatchers, AnotherAnnouncesEachGateOnceItHasTurned) {
    const auto second = watcher(1);
    all_arrive();
    EXPECT_TRUE(std::holds_alternative<tasks::Receive>(second->resume(one_byte))) << "it does not turn a gate itself";
    windows_.turn();
    expect_announce(second->resume(one_byte), 0);
    EXPECT_TRUE(std::holds_alternative<tasks::Receive>(second->resume({})));
    EXPECT_TRUE(std::holds_alternative<tasks::Receive>(second->resume(one_byte))) << "woken for nothing";
}

TEST_F(GateWatchers, EndWithTheWindows) {
    const auto second = watcher(1);
    for (int gate = 0; gate < 2; ++gate) {
        all_arrive();
        windows_.turn();
        expect_announce(second->resume(one_byte), gate);
        const tasks::Operation next = second->resume({});
        EXPECT_EQ(std::holds_alternative<tasks::Announce>(next), gate == 1) << "the end, after the last gate";
        if (gate == 1) expect_announce(next, end_event(windows_));
    }
    EXPECT_TRUE(std::holds_alternative<tasks::Finish>(second->resume({})));
}

TEST_F(GateWatchers, LetTheirShardGoWhenAClientOfAnotherHasFailed) {
    for (const std::size_t index : {0U, 1U}) {
        const auto one = watcher(index);
        (void)windows_.fail();
        expect_announce(one->resume(one_byte), 0);
        expect_announce(one->resume({}), end_event(windows_));
        EXPECT_TRUE(std::holds_alternative<tasks::Finish>(one->resume({})));
    }
}

TEST_F(GateWatchers, EndWithTheErrorOfTheirSocket) {
    const auto second = watcher(1);
    const tasks::Operation next = second->resume({-EBADF});
    ASSERT_TRUE(std::holds_alternative<tasks::Finish>(next));
    EXPECT_EQ(std::get<tasks::Finish>(next).error, -EBADF);
}

}  // namespace
}  // namespace workloads
