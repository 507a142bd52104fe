// Many threads at the same primitives, more than there are CPUs, so that a thread is often taken off its CPU between
// any two steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>
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

// What producers and consumers of one channel saw.
struct Traffic {
    std::vector<std::uint32_t> pushed;               // by producer; the last sequence number
    std::vector<std::vector<std::uint32_t>> popped;  // by producer; how often each sequence number was popped
    int disorder = 0;
};

class BlockingStress : public BlockingPrimitivesTest {
protected:
    // Producers push all their items, or until the channel is closed; consumers pop until its end. `close_at`: the
    // item after whose push producer 0 closes the channel.
    static Traffic exchange(BlockingPrimitives& primitives, std::size_t producers, std::size_t consumers,
                            std::uint32_t items, std::uint32_t close_at) {
        Traffic traffic{.pushed = std::vector<std::uint32_t>(producers),
                        .popped = {producers, std::vector<std::uint32_t>(items + 1)}};
        std::vector<std::vector<Item>> taken(consumers);
        run(primitives, producers + consumers, [&](std::size_t task) {
            if (task < producers) {
                for (std::uint32_t next = 1; next <= items; ++next) {
                    if (push(primitives, 0, Item{static_cast<std::uint32_t>(task), next}) != Result{item_bytes}) break;
                    traffic.pushed[task] = next;
                    if (task == 0 && next == close_at) (void)primitives.perform(Close{0});
                }
                return;
            }
            Item item{};
            while (pop(primitives, 0, item) == Result{item_bytes}) taken[task - producers].push_back(item);
        });
        for (const auto& of_one : taken) {
            std::vector<std::uint32_t> last(producers);
            for (const auto& [producer, sequence] : of_one) {
                if (sequence <= last.at(producer)) ++traffic.disorder;
                last[producer] = sequence;
                ++traffic.popped[producer].at(sequence);
            }
        }
        return traffic;
    }
};

// No more tasks inside than there are permits, and each gets in as often as it asks.
TEST_P(BlockingStress, ASemaphoreLosesNoPermit) {
    constexpr std::size_t count = 6;
    constexpr int rounds = 1'000;
    for (const std::uint32_t permits : {1U, 2U, 4U}) {
        BlockingPrimitives primitives = make({.semaphores = {{permits, permits, count}}});
        std::atomic<std::uint32_t> inside = 0;
        std::atomic<std::uint32_t> most = 0;
        std::atomic<int> entered = 0;
        run(primitives, count, [&](std::size_t) {
            for (int round = 0; round < rounds; ++round) {
                if (primitives.perform(Acquire{0}) != Result{}) return;
                const std::uint32_t now = inside.fetch_add(1) + 1;
                if (now > most) most = now;
                ++entered;
                --inside;
                (void)primitives.perform(Release{0});
            }
        });
        EXPECT_EQ(primitives.deadlocked(), std::nullopt);
        EXPECT_EQ(entered, static_cast<int>(count) * rounds);
        EXPECT_LE(most, permits);
    }
}

// Whatever was pushed is popped once, also if the channel is closed while all are at it.
TEST_P(BlockingStress, AChannelLosesNoItem) {
    struct Shape {
        std::size_t producers;
        std::size_t consumers;
        std::uint32_t slots;
    };
    constexpr std::uint32_t items = 500;
    std::mt19937 random{1};
    for (const auto& [producers, consumers, slots] : {Shape{1, 1, 1}, Shape{3, 1, 2}, Shape{3, 3, 1}, Shape{4, 4, 3}}) {
        BlockingPrimitives primitives =
            make({.tasks_at_once = producers + consumers, .channels = {{.slots = slots, .slot_bytes = item_bytes}}});
        const std::uint32_t close_at = static_cast<std::uint32_t>(1 + random() % items);
        const Traffic traffic = exchange(primitives, producers, consumers, items, close_at);
        EXPECT_EQ(primitives.deadlocked(), std::nullopt);
        EXPECT_EQ(traffic.disorder, 0);
        for (std::size_t producer = 0; producer < producers; ++producer) {
            for (std::uint32_t sequence = 1; sequence <= items; ++sequence) {
                ASSERT_EQ(traffic.popped[producer][sequence], sequence <= traffic.pushed[producer] ? 1U : 0U)
                    << "producer " << producer << ", item " << sequence << " of " << traffic.pushed[producer];
            }
        }
    }
}

// Tasks are woken while they are about to sleep, and who wakes them ends.
TEST_P(BlockingStress, AHandOverIsNoDeadlock) {
    constexpr std::uint32_t pairs = 3;
    BlockingPrimitives primitives =
        make({.events = 1, .semaphores = {{.permits = 0, .most = pairs, .waiters = pairs}}});
    for (int times = 0; times < 60; ++times) {
        run(primitives, 2 * pairs, [&](std::size_t task) {
            if (task % 2 == 0) {
                EXPECT_EQ(primitives.perform(Acquire{0}), Result{});
                EXPECT_EQ(primitives.perform(Await{0}), Result{});
            } else {
                EXPECT_EQ(primitives.perform(Announce{0}), Result{});
                EXPECT_EQ(primitives.perform(Release{0}), Result{});
            }
        });
        ASSERT_EQ(primitives.deadlocked(), std::nullopt);
    }
}

// Close, a pop and a waiting push meet in the same place; afterwards all wait for ever, and are told so.
TEST_P(BlockingStress, ADeadlockIsFoundAfterCloseAndPopHaveMet) {
    BlockingPrimitives primitives = make({.tasks_at_once = 3,
                                          .semaphores = {{.permits = 0, .most = 1, .waiters = 3}},
                                          .channels = {{.slots = 1, .slot_bytes = item_bytes}}});
    for (int times = 0; times < 150; ++times) {
        std::atomic<int> told = 0;
        std::atomic<int> ready = 0;
        run(primitives, 3, [&](std::size_t task) {
            Item item{};
            if (task == 0) {
                (void)push(primitives, 0, {});
                ++ready;
                (void)push(primitives, 0, {});
            } else {
                ++ready;
                while (ready < 3) std::this_thread::yield();
                if (task == 1) (void)primitives.perform(Close{0});
                if (task == 2) (void)pop(primitives, 0, item);
            }
            if (primitives.perform(Acquire{0}) == deadlock) ++told;
        });
        ASSERT_EQ(told, 3);
    }
}

// A task that does anything, with numbers of its own.
class RandomTask {
public:
    static constexpr int semaphores = 3;
    static constexpr int channels = 2;
    static constexpr int events = 2;
    struct Board {
        std::array<std::atomic<std::uint32_t>, events> announced{};
        std::array<std::atomic<int>, channels> in_channel{};
    };

    // A reckless task holds two permits at times, and awaits events that may never be announced.
    RandomTask(BlockingPrimitives& primitives, Board& board, unsigned seed, bool reckless)
        : primitives_{primitives}, board_{board}, random_{seed}, reckless_{reckless} {}

    // How it ended: 0, or the error that is not -EPIPE.
    template <class PushItem, class PopItem>
    std::int64_t live(int operations, int close_in, const PushItem& push, const PopItem& pop) {
        for (int operation = 0; operation < operations; ++operation) {
            const Outcome outcome = next(close_in, push, pop);
            if (!outcome) return -ECANCELED;
            if (outcome->value < 0 && outcome->value != -EPIPE) return outcome->value;
        }
        for (const int semaphore : held_) (void)primitives_.perform(Release{semaphore});
        return 0;
    }

private:
    template <class PushItem, class PopItem>
    Outcome next(int close_in, const PushItem& push, const PopItem& pop) {
        const auto one_of = [this](int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); };
        if (one_of(close_in) == 0) return primitives_.perform(Close{one_of(channels)});
        const int number = one_of(16);
        if (number < 6) return acquire_or_release(one_of(semaphores), reckless_ && one_of(40) == 0);
        if (number < 14) {
            // Nearly as often the one as the other, so that a run is neither stuck at once nor always in motion.
            const int channel = one_of(channels);
            std::atomic<int>& inside = board_.in_channel[static_cast<std::size_t>(channel)];
            Item item{};
            const bool pushes = one_of(30) == 0 ? number % 2 == 0 : inside.load() <= 0;
            const Outcome outcome = pushes ? push(primitives_, channel, item) : pop(primitives_, channel, item);
            if (outcome && outcome->value > 0) inside += pushes ? 1 : -1;
            return outcome;
        }
        const int event = one_of(events);
        std::atomic<std::uint32_t>& announced = board_.announced[static_cast<std::size_t>(event)];
        if (number == 14 && reckless_ && one_of(8) == 0) return primitives_.perform(Await{event, announced.load() + 1});
        const Outcome outcome = primitives_.perform(Announce{event});
        ++announced;
        return outcome;
    }
    // Mostly one permit at a time; a second one may end in a deadlock.
    Outcome acquire_or_release(int semaphore, bool recklessly) {
        if (!held_.empty() && !recklessly) {
            const int held = held_.back();
            held_.pop_back();
            return primitives_.perform(Release{held});
        }
        const Outcome outcome = primitives_.perform(Acquire{semaphore});
        if (outcome == Result{}) held_.push_back(semaphore);
        return outcome;
    }

    BlockingPrimitives& primitives_;
    Board& board_;
    std::mt19937 random_;
    bool reckless_;
    std::vector<int> held_;
};

// A run ends in one of two ways: all tasks end, and the channels hold what was pushed and not popped; or all that are
// left are told of the deadlock.
TEST_P(BlockingStress, EveryRunEndsOrDeadlocks) {
    constexpr std::size_t count = 5;
    int deadlocks = 0;
    constexpr unsigned runs = 12;
    BlockingPrimitives primitives =
        make({.tasks_at_once = count,
              .events = RandomTask::events,
              .semaphores = {{1, 1, count}, {2, 2, count}, {3, 3, count}},
              .channels = {{.slots = 1, .slot_bytes = item_bytes}, {.slots = 4, .slot_bytes = item_bytes}}});
    for (unsigned seed = 1; seed <= runs; ++seed) {
        RandomTask::Board board;
        std::array<std::int64_t, count> ends{};
        const bool reckless = seed % 2 == 0;
        run(primitives, count, [&](std::size_t task) {
            RandomTask one{primitives, board, seed * 100 + static_cast<unsigned>(task), reckless};
            ends[task] = one.live(600, reckless ? 1'000 : 100, push, pop);
        });
        const auto told = static_cast<std::size_t>(std::ranges::count(ends, -EDEADLK));
        ASSERT_EQ(told + static_cast<std::size_t>(std::ranges::count(ends, 0)), count);
        const auto waiting = primitives.deadlocked();
        ASSERT_EQ(told, waiting ? waiting->total() : 0) << "seed " << seed;
        if (waiting) {
            ++deadlocks;
            continue;
        }
        primitives.task_begins();
        for (int channel = 0; channel < RandomTask::channels; ++channel) {
            (void)primitives.perform(Close{channel});
            int left = 0;
            for (Item item{}; pop(primitives, channel, item) == Result{item_bytes};) ++left;
            EXPECT_EQ(left, board.in_channel[static_cast<std::size_t>(channel)]) << "seed " << seed;
        }
    }
    RecordProperty("deadlocks", deadlocks);
}

INSTANTIATE_TEST_SUITE_P(Futexes, BlockingStress,
                         testing::Values(sys::Sharing::within_process, sys::Sharing::between_processes),
                         [](const auto& sharing) {
                             return sharing.param == sys::Sharing::within_process ? "private" : "shared";
                         });

}  // namespace
}  // namespace models
