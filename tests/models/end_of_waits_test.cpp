// Tasks that would wait for one another for ever: a deadlock is told, and a task that fails ends the waits of others.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>

#include "models/deadlock.h"
#include "primitives.h"

namespace models {
namespace {

using tasks::Acquire;
using tasks::Announce;
using tasks::Await;
using tasks::Finish;
using tasks::Operation;
using tasks::Pop;
using tasks::Result;
using tasks::Yield;

class EndOfWaits : public PrimitivesTest {};

// What run() throws if `count` tasks begin with these operations.
template <class First>
std::string message_of_deadlock(const Entry& entry, std::size_t count, const tasks::Demand& shared, First first) {
    Running running{entry, count,
                    [&](std::size_t index) {
                        return make_task([first, index, step = 0](Result result) mutable -> Operation {
                            // A model may tell every task, and throw when all have ended.
                            if (result.failed()) return Finish{0, result.error()};
                            return first(index, step++);
                        });
                    },
                    workers_for(entry, static_cast<std::int64_t>(count)), shared};
    try {
        running.run();
    } catch (const Deadlock& deadlock) {
        return deadlock.what();
    }
    return "no deadlock";
}

TEST_P(EndOfWaits, ADeadlockIsToldOfTasksThatHoldWhatOthersWant) {
    const std::string message = message_of_deadlock(entry(), 2, {.semaphores = {{1, 1, 2}, {1, 1, 2}, {0, 2, 2}}},
                                                    [](std::size_t index, int step) -> Operation {
                                                        // Each takes its own, tells the other so, and waits to be told;
                                                        // then wants the other's.
                                                        const auto own = static_cast<int>(index);
                                                        switch (step) {
                                                            case 0: return Acquire{own};
                                                            case 1: return Announce{own};
                                                            case 2: return Await{1 - own};
                                                            case 3: return Acquire{1 - own};
                                                            default: return Finish{0};
                                                        }
                                                    });
    EXPECT_EQ(message, "deadlock: every task waits, and nothing can resume one (they wait for semaphores: 2)");
}

TEST_P(EndOfWaits, ADeadlockIsToldWhenTheLastThatCouldGoOnEnds) {
    const std::string message =
        message_of_deadlock(entry(), 3, {.semaphores = {{0, 1, 3}}, .channels = {{1, item_bytes}}},
                            [item = Item{}](std::size_t index, int step) mutable -> Operation {
                                if (index == 0) return step < 20 ? Operation{Yield{}} : Operation{Finish{0}};
                                return index == 1 ? Operation{Acquire{0}} : Operation{Pop{0, item}};
                            });
    EXPECT_EQ(message,
              "deadlock: every task waits, and nothing can resume one (they wait for semaphores: 1, channels: 1)");
}

TEST_P(EndOfWaits, ADeadlockIsToldOfAnEventThatNobodyAnnounces) {
    const std::string message =
        message_of_deadlock(entry(), 2, {}, [](std::size_t, int) -> Operation { return Await{1}; });
    EXPECT_EQ(message, "deadlock: every task waits, and nothing can resume one (they wait for events: 2)");
}

// Runs two tasks that wait for ever, for a semaphore and for a channel, and a third one that yields a few times, so
// that the others wait, and then calls `end`, which does not return.
template <class End>
void run_beside_waiting_tasks(const Entry& entry, End end) {
    Item item{};
    Running running{entry,
                    3,
                    [&](std::size_t index) {
                        return make_task([&item, index, end, step = 0](Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            if (index == 0) return Acquire{0};
                            if (index == 1) return Pop{0, item};
                            if (step++ == 10) end();
                            return Yield{};
                        });
                    },
                    workers_for(entry, 3),
                    {.semaphores = {{0, 1, 3}}, .channels = {{1, item_bytes}}}};
    running.run();
}

TEST_P(EndOfWaits, ATaskThatThrowsEndsTheWaitsOfOthers) {
    EXPECT_THROW(run_beside_waiting_tasks(entry(), [] { throw std::runtime_error{"thrown by a task"}; }),
                 std::runtime_error);
}

// Nobody else would ever wake the others.
class EndOfWaitsInProcesses : public PrimitivesTest {};

TEST_P(EndOfWaitsInProcesses, AKilledProcessEndsTheWaitsOfOthers) {
    EXPECT_THROW(run_beside_waiting_tasks(entry(), [] { ::raise(SIGKILL); }), std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(All, EndOfWaits, models_that(runs_two_with_events), name_of_model);
INSTANTIATE_TEST_SUITE_P(All, EndOfWaitsInProcesses,
                         models_that([](const Entry& entry) { return forks(entry) && runs_two_with_events(entry); }),
                         name_of_model);

}  // namespace
}  // namespace models
