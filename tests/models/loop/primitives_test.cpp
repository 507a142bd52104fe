#include "models/loop/primitives.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <random>
#include <utility>
#include <vector>

namespace models {
namespace {

using tasks::Result;

constexpr std::uint32_t item_bytes = 2;
using Item = std::array<std::byte, item_bytes>;
Item item_of(unsigned number) { return {std::byte{static_cast<unsigned char>(number)}, std::byte{7}}; }

// A task that waits; only its address counts.
class Waiter final : public Continuation {
public:
    void resume() override { FAIL() << "Primitives resumes nobody itself"; }

    Result result{-1};
    Item item{};
};

class LoopPrimitives : public testing::Test {
protected:
    void SetUp() override { primitives_.begin_run(demand_); }

    bool acquire(Waiter& waiter) { return primitives_.start(tasks::Acquire{0}, waiter, waiter.result); }
    bool push(Waiter& waiter, unsigned number) {
        waiter.item = item_of(number);
        return primitives_.start(tasks::Push{0, waiter.item}, waiter, waiter.result);
    }
    bool pop(Waiter& waiter) { return primitives_.start(tasks::Pop{0, waiter.item}, waiter, waiter.result); }
    bool await(Waiter& waiter, std::uint32_t times) {
        return primitives_.start(tasks::Await{0, times}, waiter, waiter.result);
    }
    // Operations that never wait.
    template <class Asked>
    void perform(const Asked& asked) {
        Waiter nobody;
        EXPECT_TRUE(primitives_.start(asked, nobody, nobody.result));
        EXPECT_EQ(nobody.result, Result{});
    }
    // Those that may go on since the last call, in their order.
    std::vector<Continuation*> take_resumed() { return std::exchange(resumed_, {}); }
    using Resumed = std::vector<Continuation*>;

    tasks::Demand demand_{.events = 1,
                          .semaphores = {{.permits = 1, .most = 1, .waiters = 3}},
                          .channels = {{.slots = 2, .slot_bytes = item_bytes}}};
    std::vector<Continuation*> resumed_;
    Primitives primitives_{resumed_};
    std::array<Waiter, 4> waiters_;
};

TEST_F(LoopPrimitives, APermitGoesToTheTaskThatHasWaitedLongest) {
    EXPECT_TRUE(acquire(waiters_[0]));
    EXPECT_FALSE(acquire(waiters_[1]));
    EXPECT_FALSE(acquire(waiters_[2]));
    EXPECT_EQ(primitives_.waiting().semaphores, 2U);
    perform(tasks::Release{0});
    EXPECT_EQ(take_resumed(), Resumed{&waiters_[1]});
    EXPECT_EQ(waiters_[1].result, Result{});
    // The permit is given already, although its new owner has not run.
    EXPECT_FALSE(acquire(waiters_[3]));
    perform(tasks::Release{0});
    perform(tasks::Release{0});
    EXPECT_EQ(take_resumed(), (Resumed{&waiters_[2], &waiters_[3]}));
    EXPECT_EQ(primitives_.waiting().total(), 0U);
    perform(tasks::Release{0});
    EXPECT_TRUE(acquire(waiters_[0]));
}

TEST_F(LoopPrimitives, AnEventWakesThoseWhoseTimeHasCome) {
    EXPECT_FALSE(await(waiters_[0], 1));
    EXPECT_FALSE(await(waiters_[1], 2));
    EXPECT_FALSE(await(waiters_[2], 1));
    EXPECT_EQ(primitives_.waiting().events, 3U);
    perform(tasks::Announce{0});
    EXPECT_EQ(take_resumed(), (Resumed{&waiters_[0], &waiters_[2]}));
    EXPECT_TRUE(await(waiters_[3], 1));
    perform(tasks::Announce{0});
    EXPECT_EQ(take_resumed(), Resumed{&waiters_[1]});
    EXPECT_EQ(primitives_.waiting().total(), 0U);
}

TEST_F(LoopPrimitives, APushWaitsForASlotAndKeepsItsTurn) {
    EXPECT_TRUE(push(waiters_[0], 1));
    EXPECT_EQ(waiters_[0].result, Result{item_bytes});
    EXPECT_TRUE(push(waiters_[0], 2));
    EXPECT_FALSE(push(waiters_[1], 3));
    EXPECT_FALSE(push(waiters_[2], 4));
    EXPECT_EQ(primitives_.waiting().channels, 2U);
    for (unsigned number = 1; number <= 4; ++number) {
        ASSERT_TRUE(pop(waiters_[3]));
        EXPECT_EQ(waiters_[3].result, Result{item_bytes});
        EXPECT_EQ(waiters_[3].item, item_of(number));
    }
    EXPECT_EQ(take_resumed(), (Resumed{&waiters_[1], &waiters_[2]}));
    EXPECT_EQ(waiters_[1].result, Result{item_bytes});
}

TEST_F(LoopPrimitives, APopTakesTheItemFromTheHandOfThePush) {
    EXPECT_FALSE(pop(waiters_[0]));
    EXPECT_FALSE(pop(waiters_[1]));
    EXPECT_TRUE(push(waiters_[2], 5));
    EXPECT_EQ(take_resumed(), Resumed{&waiters_[0]});
    EXPECT_EQ(waiters_[0].item, item_of(5));
    EXPECT_EQ(waiters_[0].result, Result{item_bytes});
    EXPECT_EQ(primitives_.waiting().channels, 1U);
}

TEST_F(LoopPrimitives, CloseEndsPushesAndLeavesWhatIsInTheSlots) {
    EXPECT_TRUE(push(waiters_[0], 1));
    EXPECT_TRUE(push(waiters_[0], 2));
    EXPECT_FALSE(push(waiters_[1], 3));
    perform(tasks::Close{0});
    EXPECT_EQ(take_resumed(), Resumed{&waiters_[1]});
    EXPECT_EQ(waiters_[1].result, Result{-EPIPE});
    EXPECT_TRUE(push(waiters_[1], 3));
    EXPECT_EQ(waiters_[1].result, Result{-EPIPE});
    for (const unsigned number : {1U, 2U}) {
        EXPECT_TRUE(pop(waiters_[2]));
        EXPECT_EQ(waiters_[2].item, item_of(number));
    }
    EXPECT_TRUE(pop(waiters_[2]));
    EXPECT_EQ(waiters_[2].result, Result{});
    perform(tasks::Close{0});
    EXPECT_EQ(primitives_.waiting().total(), 0U);
}

TEST_F(LoopPrimitives, CloseEndsPops) {
    EXPECT_FALSE(pop(waiters_[0]));
    EXPECT_FALSE(pop(waiters_[1]));
    perform(tasks::Close{0});
    EXPECT_EQ(take_resumed(), (Resumed{&waiters_[0], &waiters_[1]}));
    EXPECT_EQ(waiters_[1].result, Result{});
    EXPECT_EQ(primitives_.waiting().total(), 0U);
}

TEST_F(LoopPrimitives, ARunBeginsAsIfNobodyHadUsedThem) {
    EXPECT_TRUE(acquire(waiters_[0]));
    EXPECT_FALSE(acquire(waiters_[1]));
    EXPECT_TRUE(push(waiters_[0], 1));
    EXPECT_FALSE(await(waiters_[2], 1));
    perform(tasks::Close{0});
    primitives_.begin_run(demand_);
    EXPECT_EQ(primitives_.waiting().total(), 0U);
    EXPECT_TRUE(acquire(waiters_[0]));
    EXPECT_FALSE(pop(waiters_[1]));
    perform(tasks::Announce{0});
    EXPECT_TRUE(take_resumed().empty()) << "the waiter of the last run";
}

TEST_F(LoopPrimitives, ThoseThatWaitAreDroppedOnce) {
    EXPECT_TRUE(acquire(waiters_[0]));
    EXPECT_FALSE(acquire(waiters_[0]));
    EXPECT_FALSE(pop(waiters_[1]));
    EXPECT_FALSE(await(waiters_[2], 1));
    Resumed dropped;
    const auto drop = [&](Continuation& waiter) { dropped.push_back(&waiter); };
    primitives_.drop_waiting(drop);
    std::ranges::sort(dropped);
    EXPECT_EQ(dropped, (Resumed{&waiters_[0], &waiters_[1], &waiters_[2]}));
    primitives_.drop_waiting(drop);
    EXPECT_EQ(dropped.size(), 3U);
    EXPECT_EQ(primitives_.waiting().total(), 0U);
}

// Against a deque that is pushed and popped in the same order.
TEST_F(LoopPrimitives, AChannelIsAQueue) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937 random{seed};
        primitives_.begin_run(demand_);
        std::deque<unsigned> expected;
        Waiter pusher;
        bool pusher_waits = false;
        for (unsigned number = 0; number < 200; ++number) {
            if (random() % 2 == 0 && !pusher_waits) {
                pusher_waits = !push(pusher, number);
                expected.push_back(number);
                ASSERT_EQ(pusher_waits, expected.size() > 2);
            } else if (!expected.empty()) {
                ASSERT_TRUE(pop(waiters_[0]));
                ASSERT_EQ(waiters_[0].item, item_of(expected.front()));
                expected.pop_front();
                ASSERT_EQ(take_resumed().empty(), !pusher_waits);
                pusher_waits = false;
            }
        }
    }
}

}  // namespace
}  // namespace models
