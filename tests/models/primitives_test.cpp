// The contract of every model for events, semaphores and channels: whoever waits for another task.
#include "primitives.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "sys/shared_memory.h"

namespace models {
namespace {

using tasks::Acquire;
using tasks::Announce;
using tasks::Await;
using tasks::Close;
using tasks::Finish;
using tasks::Operation;
using tasks::Pop;
using tasks::Push;
using tasks::Release;
using tasks::Result;
using tasks::Yield;

class Primitives : public PrimitivesTest {};

TEST_P(Primitives, AMutexExcludes) {
    constexpr std::size_t count = 6;
    constexpr int rounds = 50;
    struct Board {
        int sum;  // guarded by the semaphore
        std::atomic<int> inside;
        std::atomic<int> most;
    };
    const sys::Shared<Board> board;
    Running running =
        make(count,
             [&](std::size_t index) {
                 return make_task([&, index, round = 0, step = 0, seen = 0](Result result) mutable -> Operation {
                     if (result.failed()) return Finish{0, result.error()};
                     switch (step++) {
                         case 0: return Acquire{0};
                         case 1:
                             board->most.store(std::max(board->most.load(), board->inside.fetch_add(1) + 1));
                             seen = board->sum;
                             return Yield{};
                         case 2:
                             board->sum = seen + 1;
                             board->inside.fetch_sub(1);
                             step = ++round < rounds ? 0 : 3;
                             return Release{0};
                         default: return Finish{index};
                     }
                 });
             },
             {.semaphores = {{.permits = 1, .most = 1, .waiters = count}}});
    for (int run = 1; run <= 2; ++run) {
        running.run_and_expect([](std::size_t index) { return index; });
        EXPECT_EQ(board->sum, run * static_cast<int>(count) * rounds);
        EXPECT_EQ(board->most.load(), 1);
    }
}

// Task 0 has the permit until all others wait, each of which begins to wait after the one before it has asked.
TEST_P(Primitives, PermitsGoToThoseThatWaitLongest) {
    constexpr std::size_t count = 5;
    struct Board {
        std::atomic<int> asked;
        std::array<std::size_t, count> order;
        std::size_t served;
    };
    const sys::Shared<Board> board;
    // Task `index` waits for its turn in semaphore `index`; semaphore 0 is the one that is tested.
    tasks::Demand shared;
    for (std::size_t i = 0; i < count; ++i) shared.semaphores.push_back({i == 0 ? 1U : 0U, 1, count});
    Running running = make(
        count,
        [&](std::size_t index) {
            return make_task([&, index, step = 0](Result result) mutable -> Operation {
                if (result.failed()) return Finish{0, result.error()};
                const auto next = static_cast<int>(index + 1);
                switch (step++) {
                    case 0: return index == 0 ? Operation{Acquire{0}} : Operation{Acquire{static_cast<int>(index)}};
                    case 1:
                        // Lets the next task begin, so that the tasks ask for semaphore 0 one after another.
                        if (index == 0) return Release{next};
                        board->asked.fetch_add(1);
                        return index + 1 < count ? Operation{Release{next}} : Operation{Yield{}};
                    case 2:
                        if (index == 0) {
                            if (board->asked.load() < static_cast<int>(count) - 1) {
                                step = 2;
                                return Yield{};
                            }
                            return Release{0};
                        }
                        return Acquire{0};
                    case 3:
                        if (index == 0) return Finish{index};
                        board->order[board->served++] = index;
                        return Release{0};
                    default: return Finish{index};
                }
            });
        },
        shared);
    for (int run = 0; run < 2; ++run) {
        board->served = 0;
        board->asked = 0;
        running.run_and_expect([](std::size_t index) { return index; });
        ASSERT_EQ(board->served, count - 1) << "each was served once";
        // On one thread, a task asks in the turn in which it says so.
        if (!is_loop(entry())) continue;
        for (std::size_t i = 0; i + 1 < count; ++i) EXPECT_EQ(board->order[i], i + 1);
    }
}

TEST_P(Primitives, AChannelKeepsTheOrderOfEachProducer) {
    constexpr std::size_t producers = 2;
    constexpr std::size_t consumers = 2;
    constexpr std::uint32_t items = 200;
    struct Board {
        std::atomic<std::size_t> producers_left;
        std::atomic<std::uint64_t> sum;
        std::atomic<int> disorder;
    };
    const sys::Shared<Board> board;
    const auto produce = [&](std::size_t producer) {
        return make_task(
            [&, producer, next = std::uint32_t{0}, item = Item{}, closing = false](Result result) mutable -> Operation {
                if (result.failed() || (next > 0 && !closing && result.bytes() != item_bytes)) {
                    return Finish{0, result.failed() ? result.error() : -EBADMSG};
                }
                if (next < items) {
                    item = item_of(static_cast<std::uint32_t>(producer) * items + next++);
                    return Push{0, item};
                }
                if (closing || board->producers_left.fetch_sub(1) > 1) return Finish{1};
                closing = true;
                return Close{0};
            });
    };
    const auto consume = [&] {
        return make_task([&, item = Item{}, begun = false,
                          seen = std::array<std::uint32_t, producers>{}](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            if (std::exchange(begun, true)) {
                if (result.bytes() == 0) return Finish{2};
                const std::uint32_t number = number_in(item);
                board->sum.fetch_add(number);
                std::uint32_t& last = seen[number / items];
                if (number % items + 1 <= last) board->disorder.fetch_add(1);
                last = number % items + 1;
            }
            return Pop{0, item};
        });
    };
    for (const std::uint32_t slots : {1U, 3U}) {
        Running running = make(producers + consumers,
                               [&](std::size_t index) { return index < producers ? produce(index) : consume(); },
                               {.channels = {{.slots = slots, .slot_bytes = item_bytes}}});
        for (int run = 0; run < 2; ++run) {
            board->producers_left = producers;
            board->sum = 0;
            running.run_and_expect([](std::size_t index) { return index < producers ? 1 : 2; });
            constexpr std::uint64_t total = producers * items;
            EXPECT_EQ(board->sum.load(), total * (total - 1) / 2) << "every item once";
            EXPECT_EQ(board->disorder.load(), 0);
        }
    }
}

// One task pushes until it has to wait; another closes the channel, then empties it.
TEST_P(Primitives, AClosedChannelEndsPushesAndIsEmptied) {
    const auto push = [] {
        return make_task([item = item_of(7), refused = 0](Result result) mutable -> Operation {
            // Once more, after the end.
            if (result.value == -EPIPE && ++refused == 2) return Finish{0};
            if (result.failed() && result.value != -EPIPE) return Finish{0, result.error()};
            return Push{0, item};
        });
    };
    const auto close = [] {
        return make_task([step = 0, popped = 0, item = Item{}](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            switch (step++) {
                // The pusher has begun.
                case 0: return Pop{0, item};
                case 1: return Close{0};
                case 2: return Pop{0, item};
                default:
                    if (result.bytes() == 0) return Finish{static_cast<std::uint64_t>(popped)};
                    ++popped;
                    return Pop{0, item};
            }
        });
    };
    Running running = make(2, [&](std::size_t index) { return index == 0 ? push() : close(); },
                           {.channels = {{.slots = 1, .slot_bytes = item_bytes}}});
    for (int run = 0; run < 5; ++run) {
        running.run();
        EXPECT_EQ(running.ledger().failures(), 0U) << running.ledger().first_error();
        EXPECT_LE(running.ledger().digest(1), 1U) << "no more than the slot held";
    }
}

// The task that waits for its third time is not woken by the first two.
TEST_P(Primitives, AnEventHappensAgainAndAgain) {
    constexpr std::uint32_t rounds = 40;
    const sys::Shared<std::atomic<std::uint32_t>> reached;
    Running running = make(
        3,
        [&](std::size_t index) {
            return make_task([&, index, round = std::uint32_t{0}, told = false](Result result) mutable -> Operation {
                if (result.failed()) return Finish{0, result.error()};
                // Two tasks call each other by two events; the third one goes along with the first.
                if (index == 0) {
                    if (!std::exchange(told, true)) return Announce{0};
                    told = false;
                    return ++round <= rounds ? Operation{Await{1, round}} : Operation{Finish{reached->load()}};
                }
                if (index == 1) {
                    if (!std::exchange(told, true)) return Await{0, ++round};
                    told = false;
                    reached->store(round);
                    return round <= rounds ? Operation{Announce{1}} : Operation{Finish{1}};
                }
                if (round == rounds) return Finish{2};
                return Await{0, ++round};
            });
        },
        {});
    for (int run = 0; run < 3; ++run) {
        running.run();
        EXPECT_EQ(running.ledger().failures(), 0U) << running.ledger().first_error();
        for (std::size_t index = 0; index < 3; ++index) EXPECT_EQ(running.ledger().times_finished(index), 1U);
    }
}

INSTANTIATE_TEST_SUITE_P(All, Primitives, models_that(runs_two_with_events), name_of_model);

}  // namespace
}  // namespace models
