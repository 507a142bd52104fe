// The contract of every model, except for sockets.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <utility>

#include "jobs.h"
#include "sys/limits.h"
#include "sys/resource_usage.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

using std::chrono::milliseconds;
using tasks::Finish;
using tasks::Operation;
using tasks::Result;

class Contract : public ModelTest {};
class ContractOfTwo : public ModelTest {};
class ContractOfEvents : public ModelTest {};
class ContractInOneProcess : public ModelTest {};

TEST_P(Contract, RunsTasksThatFinishAtOnce) {
    Running running{entry(), 20, [](std::size_t index) { return make_finished(index + 1); }};
    running.run_and_expect([](std::size_t index) { return index + 1; });
    EXPECT_EQ(running.ledger().spawned_finished(), 0U);
}

TEST_P(Contract, MakesNoTaskForAnEmptyJob) {
    const sys::Shared<std::atomic<int>> made;
    Running running{entry(), 0, [&](std::size_t index) {
                        made->fetch_add(1);
                        return make_finished(index);
                    }};
    for (int run = 0; run < 2; ++run) running.run_and_expect([](std::size_t) { return 0; });
    EXPECT_EQ(made->load(), 0);
    EXPECT_EQ(running.ledger().spawned_finished(), 0U);
}

TEST_P(Contract, RunsAgainAndAgain) {
    Running running{entry(), 3, [](std::size_t index) {
                        return make_task([index, step = 0](Result) mutable -> Operation {
                            if (++step < 3) return tasks::Yield{};
                            return Finish{index + 10};
                        });
                    }};
    for (int run = 0; run < 30; ++run) running.run_and_expect([](std::size_t index) { return index + 10; });
}

// Threads and descriptors of this process.
std::pair<std::size_t, std::size_t> held() {
    const std::filesystem::directory_iterator threads{"/proc/self/task"};
    return {static_cast<std::size_t>(std::distance(begin(threads), end(threads))), sys::open_descriptors()};
}

TEST_P(Contract, LeavesNothingBehindIfItNeverRuns) {
    const sys::Shared<std::atomic<int>> made;
    const auto make_and_destroy = [&] {
        const Running running{entry(), 3, [&](std::size_t index) {
                                  made->fetch_add(1);
                                  return make_finished(index);
                              }};
        EXPECT_EQ(running.ledger().times_finished(0), 0U);
    };
    // The first time, a library may start or open something for the whole process.
    make_and_destroy();
    const auto before = held();
    make_and_destroy();
    EXPECT_EQ(held(), before);
    EXPECT_EQ(made->load(), 0);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child process is left";
}

TEST_P(Contract, MakesEachTaskOnceInEachRun) {
    const sys::SharedArray<std::atomic<int>> made{7};
    Running running{entry(), 7, [&](std::size_t index) {
                        made[index].fetch_add(1);
                        return make_finished(index);
                    }};
    for (int run = 1; run <= 3; ++run) {
        running.run_and_expect([](std::size_t index) { return index; });
        for (const auto& times : made) EXPECT_EQ(times.load(), run);
    }
}

// The caller of run() submits indices. In shared memory: maker and carrier may be in another process.
TEST_P(Contract, MakesEachRootTaskOnTheCarrierThatRunsIt) {
    constexpr std::size_t count = 20;
    const sys::SharedArray<std::atomic<pid_t>> made_by{count};
    const sys::SharedArray<std::atomic<pid_t>> begun_by{count};
    Running running{entry(), count, [&](std::size_t index) {
                        made_by[index].store(::gettid());
                        return make_task([&, index](Result) -> Operation {
                            begun_by[index].store(::gettid());
                            return Finish{index};
                        });
                    }};
    for (int run = 0; run < 2; ++run) {
        running.run_and_expect([](std::size_t index) { return index; });
        for (std::size_t index = 0; index < count; ++index) {
            EXPECT_EQ(made_by[index].load(), begun_by[index].load()) << "root " << index;
            if (caller_carries(entry())) continue;
            EXPECT_NE(made_by[index].load(), ::gettid()) << "root " << index;
        }
    }
}

// So a model with few carriers never holds many root tasks that have not begun.
TEST_P(Contract, MakesARootTaskWhenItBegins) {
    constexpr int count = 20;
    struct Board {
        std::atomic<int> waiting;  // made, and not begun
        std::atomic<int> most;
    };
    const sys::Shared<Board> board;
    Running running{entry(), count, [&](std::size_t) {
                        const int waiting = board->waiting.fetch_add(1) + 1;
                        int most = board->most.load();
                        while (waiting > most && !board->most.compare_exchange_weak(most, waiting)) {
                        }
                        return make_task([&](Result) -> Operation {
                            board->waiting.fetch_sub(1);
                            return Finish{1};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 1; });
    EXPECT_EQ(board->waiting.load(), 0);
    // Pools have two workers here, and process_thread_coroutine two threads in each.
    const int carriers = has_a_carrier_for_each_task(entry()) ? count : has_workers(entry()) ? 4 : 1;
    EXPECT_LE(board->most.load(), carriers);
}

// The digest counts the results that are not 0.
TEST_P(Contract, EndsEveryOperationWithZeroThatCannotFail) {
    Running running{entry(), 2, [](std::size_t) {
                        return make_task([step = 0, wrong = 0](Result result) mutable -> Operation {
                            if (result.value != 0) ++wrong;
                            switch (step++) {
                                case 0: return tasks::Compute{};
                                case 1: return tasks::Yield{};
                                case 2: return tasks::Sleep{sys::now()};
                                case 3: return tasks::Spawn{make_finished(1)};
                                default: return Finish{static_cast<std::uint64_t>(wrong)};
                            }
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 0; });
    EXPECT_EQ(running.ledger().spawned_finished(), 2U);
}

// Grows a tree: each task spawns `width` others, `depth` levels down.
std::unique_ptr<tasks::Task> make_branch(int depth, int width) {
    return make_task([depth, width, spawned = 0](Result result) mutable -> Operation {
        if (result.failed()) return Finish{0, result.error()};
        if (depth == 0 || spawned == width) return Finish{std::uint64_t{1} << (8 * depth)};
        ++spawned;
        return tasks::Spawn{make_branch(depth - 1, width)};
    });
}

TEST_P(Contract, RunsTasksThatSpawnedTasksSpawn) {
    Running running{entry(), 2, [](std::size_t) { return make_branch(3, 3); }};
    for (int run = 0; run < 2; ++run) {
        running.run_and_expect([](std::size_t) { return 1 << 24; });
        // Two trees of 3 + 9 + 27 tasks; the sum counts each level in a byte of its own.
        EXPECT_EQ(running.ledger().spawned_finished(), 2U * (3 + 9 + 27));
        EXPECT_EQ(running.ledger().spawned_digest_sum(), (6U << 16) + (18U << 8) + 54U);
    }
}

TEST_P(Contract, NeverEndsASleepEarly) {
    Running running{entry(), 3, [](std::size_t index) {
                        const auto nap = sys::Nanoseconds{700'000} * static_cast<int>(index + 1);
                        return make_task([nap, naps = 0, until = sys::TimePoint{}](Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            if (naps > 0 && sys::now() < until) return Finish{0, -ETIME};
                            if (naps == 4) return Finish{4};
                            ++naps;
                            until = sys::now() + nap;
                            return tasks::Sleep{until};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 4; });
}

TEST_P(Contract, EndsASleepWhoseTimeHasPassed) {
    Running running{entry(), 2, [](std::size_t) {
                        return make_task([naps = 0](Result) mutable -> Operation {
                            if (++naps <= 100) return tasks::Sleep{sys::TimePoint{}};
                            return Finish{7};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 7; });
}

TEST_P(Contract, ComputesOnceForEachOperation) {
    // resume() and compute() share the counters: the test checks that each sees what the other wrote.
    struct Counters {
        int asked = 0;
        int computed = 0;
        bool right = true;
    };
    Running running{entry(), 4, [](std::size_t) {
                        const auto counters = std::make_shared<Counters>();
                        return make_task(
                            [counters](Result) -> Operation {
                                counters->right = counters->right && counters->computed == counters->asked;
                                // A Compute ends before the next resume.
                                if (counters->asked == 50) return Finish{counters->right ? 50U : 0U};
                                ++counters->asked;
                                return tasks::Compute{};
                            },
                            [counters] { ++counters->computed; });
                    }};
    running.run_and_expect([](std::size_t) { return 50; });
}

TEST_P(Contract, ComputesOnlyForACompute) {
    Running running{entry(), 2, [](std::size_t) {
                        const auto computed = std::make_shared<std::uint64_t>(0);
                        return make_task(
                            [computed, step = 0](Result) mutable -> Operation {
                                if (++step < 5) return tasks::Yield{};
                                return Finish{*computed};
                            },
                            [computed] { ++*computed; });
                    }};
    running.run_and_expect([](std::size_t) { return 0; });
}

TEST_P(Contract, YieldsManyTimes) {
    Running running{entry(), 5, [](std::size_t) {
                        return make_task([yields = 0U](Result) mutable -> Operation {
                            if (yields == 2000) return Finish{yields};
                            ++yields;
                            return tasks::Yield{};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 2000; });
}

TEST_P(ContractOfTwo, AYieldingTaskDoesNotKeepASleepFromEnding) {
    const sys::Shared<std::atomic<bool>> awake;
    Running running{entry(), 2, [&](std::size_t index) {
                        if (index == 0) {
                            return make_task([&](Result) -> Operation {
                                if (!awake->load()) return tasks::Yield{};
                                return Finish{0};
                            });
                        }
                        return make_task([&, slept = false](Result) mutable -> Operation {
                            if (!std::exchange(slept, true)) return tasks::Sleep{sys::now() + milliseconds{1}};
                            awake->store(true);
                            return Finish{1};
                        });
                    }};
    running.run_and_expect([](std::size_t index) { return index; });
}

// Each task announces an event that the other awaits. In the next run neither event has happened yet.
TEST_P(ContractOfEvents, ResumesATaskThatAwaitsAnEvent) {
    const sys::SharedArray<std::atomic<int>> stage{2};
    Running running{entry(), 2, [&](std::size_t index) {
                        const int mine = static_cast<int>(index);
                        return make_task([&stage, mine, step = 0](Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            switch (step++) {
                                case 0:
                                    return mine == 0 ? Operation{tasks::Sleep{sys::now() + milliseconds{1}}}
                                                     : Operation{tasks::Await{0}};
                                case 1: stage[0].fetch_add(1); return tasks::Announce{mine};
                                case 2: return tasks::Await{1};
                                default: return Finish{static_cast<std::uint64_t>(stage[0].load())};
                            }
                        });
                    }};
    for (int run = 1; run <= 3; ++run) {
        running.run_and_expect([run](std::size_t) { return 2 * run; });
    }
}

TEST_P(Contract, AnEventThatHasHappenedIsNotAwaited) {
    Running running{entry(), 1, [](std::size_t) {
                        return make_task([step = 0](Result result) mutable -> Operation {
                            if (result.failed()) return Finish{0, result.error()};
                            switch (step++) {
                                case 0: return tasks::Announce{1};
                                case 1: return tasks::Await{1};
                                default: return Finish{7};
                            }
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 7; });
}

TEST_P(ContractInOneProcess, DestroysItsTasks) {
    std::atomic<int> alive = 0;
    const auto make_counted = [&] {
        ++alive;
        const std::shared_ptr<void> one{nullptr, [&](void*) { --alive; }};
        return make_task([one](Result) { return Operation{Finish{1}}; });
    };
    Running running{entry(), 5, [&](std::size_t) {
                        return make_task([&, spawned = false](Result) mutable -> Operation {
                            if (!std::exchange(spawned, true)) return tasks::Spawn{make_counted()};
                            return Finish{2};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 2; });
    EXPECT_EQ(alive.load(), 0);
    EXPECT_EQ(running.ledger().spawned_finished(), 5U);
}

TEST_P(Contract, EntersATaskThatFailed) {
    Running running{entry(), 3, [](std::size_t index) {
                        return make_task([index](Result) -> Operation { return Finish{1, index == 1 ? -EDOM : 0}; });
                    }};
    running.run();
    EXPECT_EQ(running.ledger().failures(), 1U);
    EXPECT_EQ(running.ledger().first_error(), -EDOM);
}

TEST_P(Contract, CountsTheCpuTimeOfLivingChildren) {
    constexpr std::int64_t work_ns = 20'000'000;
    Running running{entry(), 1, [](std::size_t) {
                        return make_task(
                            [computed = false](Result) mutable -> Operation {
                                if (!std::exchange(computed, true)) return tasks::Compute{};
                                return Finish{1};
                            },
                            [] {
                                const std::int64_t end = sys::own_usage().cpu_ns() + work_ns;
                                while (sys::own_usage().cpu_ns() < end) {
                                }
                            });
                    }};
    const std::int64_t before = (sys::usage_with_children() + running.model().live_children()).cpu_ns();
    running.run_and_expect([](std::size_t) { return 1; });
    const std::int64_t after = (sys::usage_with_children() + running.model().live_children()).cpu_ns();
    EXPECT_GE(after - before, work_ns);
}

INSTANTIATE_TEST_SUITE_P(All, Contract, every_model(), name_of);
INSTANTIATE_TEST_SUITE_P(All, ContractOfTwo, models_that(runs_two_at_once), name_of);
INSTANTIATE_TEST_SUITE_P(All, ContractOfEvents, models_that(runs_two_with_events), name_of);
INSTANTIATE_TEST_SUITE_P(All, ContractInOneProcess, models_that(std::not_fn(forks)), name_of);

}  // namespace
}  // namespace models
