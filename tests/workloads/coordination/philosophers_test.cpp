#include <gtest/gtest.h>

#include <string>

#include "coordination_driver.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::int64_t meals = 20;

std::unique_ptr<Workload> make(std::int64_t philosophers, std::int64_t eat_us = 1, bool ordered = true) {
    auto table =
        find("philosophers")
            .make({{"philosophers", philosophers}, {"meals", meals}, {"eat_us", eat_us}, {"ordered", ordered ? 1 : 0}},
                  {});
    table->begin();
    return table;
}

TEST(Philosophers, EatAllMealsInEveryOrderOfTasks) {
    for (const std::int64_t philosophers : {2, 3, 5}) {
        for (const std::int64_t eat_us : {0, 1}) {
            const auto table = make(philosophers, eat_us);
            for (unsigned seed = 0; seed < 10; ++seed) {
                table->begin();
                tasks::Ledger ledger{table->size()};
                CoordinationDriver driver{*table, seed};
                driver.run(ledger);
                ASSERT_EQ(table->verify(ledger).reason, "") << philosophers << " philosophers, seed " << seed;
                EXPECT_EQ(driver.deadlocks(), 0);
            }
            EXPECT_EQ(table->work().units, static_cast<std::uint64_t>(philosophers * meals));
        }
    }
}

TEST(Philosophers, TakeTheLowerForkFirst) {
    const auto table = make(3);
    for (const auto [seat, first, second] : {std::array{0, 0, 1}, std::array{1, 1, 2}, std::array{2, 0, 2}}) {
        Script philosopher{table->make(static_cast<std::size_t>(seat))};
        EXPECT_EQ(philosopher.asked<tasks::Acquire>().semaphore, first) << "seat " << seat;
        philosopher.answer(0);
        EXPECT_EQ(philosopher.asked<tasks::Acquire>().semaphore, second) << "seat " << seat;
    }
}

TEST(Philosophers, AlwaysDeadlockWithoutAnOrder) {
    for (const std::int64_t philosophers : {2, 5}) {
        const auto table = make(philosophers, 1, false);
        for (unsigned seed = 0; seed < 10; ++seed) {
            table->begin();
            tasks::Ledger ledger{table->size()};
            CoordinationDriver driver{*table, seed};
            driver.run(ledger);
            EXPECT_EQ(driver.deadlocks(), 1);
            EXPECT_EQ(ledger.failures(), static_cast<std::uint64_t>(philosophers));
            EXPECT_EQ(table->verify(ledger).reason,
                      std::to_string(philosophers) + " tasks failed, the first with: " + sys::error_text(EDEADLK));
        }
    }
}

TEST(Philosophers, NoticeThatTwoHaveOneFork) {
    const auto table = make(5);
    tasks::Ledger ledger{table->size()};
    CoordinationDriver driver{*table};
    driver.extra_permits = 1;
    driver.run(ledger);
    const std::string reason = table->verify(ledger).reason;
    EXPECT_TRUE(reason.starts_with("fork ")) << reason;
    EXPECT_TRUE(reason.ends_with(" of 40 meals: two philosophers had it at the same time")) << reason;
}

TEST(Philosophers, NoticeAWrongDigest) {
    const auto table = make(3);
    tasks::Ledger ledger{3};
    CoordinationDriver{*table}.run(ledger);
    tasks::Ledger changed{3};
    for (std::size_t seat = 0; seat < 3; ++seat) {
        changed.finish(tasks::root(seat), {ledger.digest(seat) + (seat == 1 ? 1 : 0)});
    }
    EXPECT_EQ(table->verify(changed).reason, "wrong digest from task 1");
}

TEST(Philosophers, EndWithTheErrorOfAnyStep) {
    const auto answer = [](Script& philosopher, int) {
        philosopher.asks<tasks::Compute>() ? philosopher.compute() : philosopher.answer(0);
    };
    const auto steps = [&](const Workload& table) {
        return fail_each_step([&] { return table.make(0); }, answer, EDEADLK);
    };
    // Two forks, the meal, and the two forks again.
    EXPECT_EQ(steps(*make(5)), 5 * meals);
    EXPECT_EQ(steps(*make(5, 0)), 4 * meals);
    // The meeting.
    EXPECT_EQ(steps(*make(5, 1, false)), 5 * meals + 1);
}

TEST(Philosophers, WaitForOneAnotherOnlyWithoutAnOrder) {
    EXPECT_EQ(make(5)->demand().together, 1U);
    EXPECT_EQ(make(5)->demand().events, 0U);
    EXPECT_EQ(make(5, 1, false)->demand().together, 5U);
    EXPECT_EQ(make(5, 1, false)->demand().events, 1U);
    const tasks::Demand demand = make(5)->demand();
    EXPECT_EQ(demand.tasks_at_once, 5U);
    ASSERT_EQ(demand.semaphores.size(), 5U) << "a fork each";
    for (const tasks::SemaphoreShape& fork : demand.semaphores) {
        EXPECT_EQ(fork.permits, 1U);
        EXPECT_EQ(fork.most, 1U);
    }
}

}  // namespace
}  // namespace workloads
