// A run that failed, in models with several threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "jobs.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

class PoolFailure : public ModelTest {};

// The caller may look at what the tasks have written.
TEST_P(PoolFailure, NoTaskRunsAfterTheRunHasFailed) {
    for (int times = 0; times < 3; ++times) {
        std::atomic<bool> computes = false;
        std::atomic<bool> throws = false;
        std::atomic<bool> has_computed = false;
        const auto make_root = [&](std::size_t index) {
            return make_task(
                [&, index](Result) -> Operation {
                    if (index == 1) return has_computed ? Operation{Finish{1}} : Operation{tasks::Compute{}};
                    while (!computes) std::this_thread::yield();
                    throws = true;
                    throw std::runtime_error{"it rains"};
                },
                [&] {
                    computes = true;
                    while (!throws) std::this_thread::yield();
                    for (int i = 0; i < 200; ++i) std::this_thread::yield();
                    has_computed = true;
                });
        };
        Running running{entry(), 2, make_root, workers_for(entry(), 2)};
        EXPECT_THROW(running.run(), std::runtime_error);
        EXPECT_TRUE(has_computed);
    }
}

// One task holds what the others wait for, and throws while they wait, wake one another and begin.
TEST_P(PoolFailure, ARunThatFailsAmongWaitingTasksEnds) {
    constexpr std::size_t count = 8;
    for (int times = 0; times < 20; ++times) {
        const auto make_root = [&](std::size_t index) {
            return make_task([index, times, step = 0](Result result) mutable -> Operation {
                if (result.failed()) return Finish{0, result.error()};
                if (index == 0 && step == 3 * times) throw std::runtime_error{"it rains"};
                if (step == 400) return Finish{0};
                if (step++ % 2 == 0) return tasks::Acquire{0};
                return tasks::Release{0};
            });
        };
        Running running{entry(),
                        count,
                        make_root,
                        workers_for(entry(), count),
                        {.semaphores = {{.permits = 2, .most = 2, .waiters = count}}}};
        EXPECT_THROW(running.run(), std::runtime_error);
    }
}

// A library may lend a pool of one worker a second thread for spawned tasks.
TEST_P(PoolFailure, AMutexIsNoDeadlockForOneWorker) {
    constexpr int children = 20;
    const auto in_turn = [] {
        return make_task([step = 0](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            if (step == 60) return Finish{0};
            switch (step++ % 3) {
                case 0: return tasks::Acquire{0};
                case 1: return tasks::Yield{};
                default: return tasks::Release{0};
            }
        });
    };
    const auto make_root = [&](std::size_t) {
        return make_task([&, spawned = 0](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            return spawned++ < children ? Operation{tasks::Spawn{in_turn()}} : Operation{Finish{1}};
        });
    };
    Running running{entry(),
                    2,
                    make_root,
                    workers_for(entry(), 1),
                    {.semaphores = {{.permits = 1, .most = 1, .waiters = 2 * children}}}};
    running.run_and_expect([](std::size_t) { return 1; });
}

INSTANTIATE_TEST_SUITE_P(All, PoolFailure, models_that([](const Entry& entry) {
                             constexpr std::string_view pools[] = {"asio_pool",   "blocking_accept", "parking_pool",
                                                                   "thread_pool", "thread_per_task", "work_stealing"};
                             return std::ranges::find(pools, entry.name) != std::end(pools);
                         }),
                         name_of);

}  // namespace
}  // namespace models
