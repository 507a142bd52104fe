#include "models/blocking/blocking_primitives.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "blocking/blocking_fixture.h"

namespace models {
namespace {

using tasks::Acquire;
using tasks::Announce;
using tasks::Await;
using tasks::Close;
using tasks::Release;
using tasks::Result;

constexpr Outcome deadlock{Result{-EDEADLK}};
constexpr Outcome pushed{Result{item_bytes}};
constexpr Outcome popped{Result{item_bytes}};
constexpr Outcome at_the_end{Result{0}};
constexpr Outcome done{Result{0}};
constexpr Outcome refused{Result{-EPIPE}};

constexpr tasks::SemaphoreShape no_permit{.permits = 0, .most = 1, .waiters = 4};

TEST_P(BlockingPrimitivesTest, PermitsAreTakenAndGivenBack) {
    BlockingPrimitives primitives = make({.semaphores = {{.permits = 2, .most = 2, .waiters = 1}}});
    primitives.begin_run(1);
    for (int round = 0; round < 20; ++round) {
        EXPECT_EQ(primitives.perform(Acquire{0}), done);
        EXPECT_EQ(primitives.perform(Acquire{0}), done);
        EXPECT_EQ(primitives.perform(Release{0}), done);
        EXPECT_EQ(primitives.perform(Release{0}), done);
    }
    EXPECT_EQ(primitives.perform(Acquire{0}), done);
    EXPECT_EQ(primitives.perform(Acquire{0}), done);
    EXPECT_EQ(primitives.perform(Acquire{0}), deadlock);
}

TEST_P(BlockingPrimitivesTest, AChannelKeepsTheOrder) {
    BlockingPrimitives primitives = make({.tasks_at_once = 1, .channels = {{.slots = 3, .slot_bytes = item_bytes}}});
    primitives.begin_run(1);
    Item item{};
    for (std::uint32_t next = 1; next <= 40; ++next) {
        ASSERT_EQ(push(primitives, 0, {0, 2 * next}), pushed);
        ASSERT_EQ(push(primitives, 0, {0, 2 * next + 1}), pushed);
        ASSERT_EQ(pop(primitives, 0, item), popped);
        EXPECT_EQ(item.sequence, 2 * next);
        ASSERT_EQ(pop(primitives, 0, item), popped);
        EXPECT_EQ(item.sequence, 2 * next + 1);
    }
}

TEST_P(BlockingPrimitivesTest, AClosedChannelIsEmptied) {
    BlockingPrimitives primitives = make({.tasks_at_once = 1, .channels = {{.slots = 3, .slot_bytes = item_bytes}}});
    for (int run = 0; run < 2; ++run) {
        primitives.begin_run(1);
        Item item{};
        ASSERT_EQ(push(primitives, 0, {0, 1}), pushed);
        ASSERT_EQ(push(primitives, 0, {0, 2}), pushed);
        EXPECT_EQ(primitives.perform(Close{0}), done);
        EXPECT_EQ(primitives.perform(Close{0}), done);
        EXPECT_EQ(push(primitives, 0, {0, 3}), refused);
        EXPECT_EQ(pop(primitives, 0, item), popped);
        EXPECT_EQ(item.sequence, 1U);
        EXPECT_EQ(pop(primitives, 0, item), popped);
        EXPECT_EQ(item.sequence, 2U);
        for (int times = 0; times < 20; ++times) EXPECT_EQ(pop(primitives, 0, item), at_the_end);
    }
}

TEST_P(BlockingPrimitivesTest, TheOnlyTaskThatWaitsIsADeadlock) {
    struct Case {
        std::function<Outcome(BlockingPrimitives&)> perform;
        WaitingTasks waiting;
    };
    const std::vector<Case> cases = {
        {[](BlockingPrimitives& primitives) { return primitives.perform(Acquire{0}); }, {.semaphores = 1}},
        {[](BlockingPrimitives& primitives) { return primitives.perform(Await{0}); }, {.events = 1}},
        {[](BlockingPrimitives& primitives) {
             Item item{};
             return pop(primitives, 0, item);
         },
         {.channels = 1}},
        {[](BlockingPrimitives& primitives) {
             EXPECT_EQ(push(primitives, 0, {}), pushed);
             return push(primitives, 0, {});
         },
         {.channels = 1}},
    };
    for (const auto& [perform, waiting] : cases) {
        BlockingPrimitives primitives = make({.tasks_at_once = 1,
                                              .events = 1,
                                              .semaphores = {no_permit},
                                              .channels = {{.slots = 1, .slot_bytes = item_bytes}}});
        primitives.begin_run(1);
        EXPECT_EQ(primitives.deadlocked(), std::nullopt);
        EXPECT_EQ(perform(primitives), deadlock);
        ASSERT_TRUE(primitives.deadlocked());
        EXPECT_EQ(primitives.deadlocked()->events, waiting.events);
        EXPECT_EQ(primitives.deadlocked()->semaphores, waiting.semaphores);
        EXPECT_EQ(primitives.deadlocked()->channels, waiting.channels);
        // Whatever would wait from now on does not.
        EXPECT_EQ(primitives.perform(Acquire{0}), deadlock);
        EXPECT_EQ(primitives.perform(Await{0}), deadlock);
    }
}

TEST_P(BlockingPrimitivesTest, TasksWithoutACarrierDoNotCountAsAble) {
    BlockingPrimitives primitives = make({.semaphores = {no_permit}}, 1);
    primitives.begin_run(3);
    EXPECT_EQ(primitives.perform(Acquire{0}), deadlock);
}

TEST_P(BlockingPrimitivesTest, ATaskThatEndsLeavesTheOthersInADeadlock) {
    BlockingPrimitives primitives = make({.semaphores = {no_permit}});
    for (int times = 0; times < 20; ++times) {
        Outcome outcome;
        // Whether task 0 waits already when the other one ends, is open.
        run(primitives, 2, [&](std::size_t task) {
            if (task == 0) outcome = primitives.perform(Acquire{0});
        });
        EXPECT_EQ(outcome, deadlock);
    }
}

TEST_P(BlockingPrimitivesTest, ATaskThatWasNotSpawnedDoesNotCount) {
    BlockingPrimitives primitives = make({.semaphores = {no_permit}});
    primitives.begin_run(1);
    primitives.task_begins();
    primitives.task_ends();
    EXPECT_EQ(primitives.deadlocked(), std::nullopt);
    EXPECT_EQ(primitives.perform(Acquire{0}), deadlock);
}

TEST_P(BlockingPrimitivesTest, AnInterruptEndsWaitsNowAndLater) {
    BlockingPrimitives primitives = make({.tasks_at_once = 4,
                                          .events = 1,
                                          .semaphores = {no_permit},
                                          .channels = {{.slots = 1, .slot_bytes = item_bytes}}});
    std::atomic<int> others = 0;
    run(primitives, 4, [&](std::size_t task) {
        for (int times = 0; times < 2; ++times) {
            Item item{};
            if (task == 0) {
                EXPECT_EQ(primitives.perform(Acquire{0}), std::nullopt);
            }
            if (task == 1) {
                EXPECT_EQ(primitives.perform(Await{0}), std::nullopt);
            }
            if (task == 2) {
                EXPECT_EQ(pop(primitives, 0, item), std::nullopt);
            }
            if (task == 3) {
                primitives.interrupt();
            }
        }
        ++others;
    });
    EXPECT_EQ(others, 4);
    EXPECT_EQ(primitives.deadlocked(), std::nullopt);
}

TEST_P(BlockingPrimitivesTest, CloseEndsWaitsForTheChannel) {
    BlockingPrimitives primitives =
        make({.tasks_at_once = 3,
              .events = 1,
              .channels = {{.slots = 1, .slot_bytes = item_bytes}, {.slots = 1, .slot_bytes = item_bytes}}});
    for (int times = 0; times < 20; ++times) {
        Item item{};
        run(primitives, 3, [&](std::size_t task) {
            Item ignored{};
            if (task == 0) {
                EXPECT_EQ(push(primitives, 0, {0, 1}), pushed);
                EXPECT_EQ(primitives.perform(Announce{0}), done);
                EXPECT_EQ(push(primitives, 0, {0, 2}), refused);
                // The channel is closed in any case now.
                EXPECT_EQ(pop(primitives, 0, item), popped);
                EXPECT_EQ(pop(primitives, 0, ignored), at_the_end);
            }
            if (task == 1) {
                EXPECT_EQ(pop(primitives, 1, ignored), at_the_end);
            }
            if (task == 2) {
                EXPECT_EQ(primitives.perform(Await{0}), done);
                EXPECT_EQ(primitives.perform(Close{0}), done);
                EXPECT_EQ(primitives.perform(Close{1}), done);
            }
        });
    }
}

INSTANTIATE_TEST_SUITE_P(Futexes, BlockingPrimitivesTest,
                         testing::Values(sys::Sharing::within_process, sys::Sharing::between_processes),
                         [](const auto& sharing) {
                             return sharing.param == sys::Sharing::within_process ? "private" : "shared";
                         });

}  // namespace
}  // namespace models
