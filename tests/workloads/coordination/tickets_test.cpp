#include <gtest/gtest.h>

#include "many_scripts.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t buyers = 4;

std::unique_ptr<Workload> make(int rows, int hold_us, int wait_us) {
    auto tickets = find("tickets").make({{"buyers", static_cast<std::int64_t>(buyers)},
                                         {"rows", rows},
                                         {"hold_us", hold_us},
                                         {"wait_us", wait_us},
                                         {"tickets", 12}},
                                        {});
    tickets->begin();
    return tickets;
}

TEST(Tickets, AreTakenUnderTheLock) {
    const auto tickets = make(1, 1, 5);
    Script buyer{tickets->make(3)};
    EXPECT_EQ(buyer.asked<tasks::Acquire>().semaphore, 0);
    const sys::TimePoint before = sys::now();
    buyer.answer(0);
    buyer.compute();
    EXPECT_GE(buyer.asked<tasks::Sleep>().until, before + std::chrono::microseconds{5});
    EXPECT_LE(buyer.asked<tasks::Sleep>().until, sys::now() + std::chrono::microseconds{5});
    EXPECT_EQ(tickets->windows()->progress(), 0U);
    buyer.answer(0);
    EXPECT_EQ(tickets->windows()->progress(), 1U);
    EXPECT_EQ(buyer.asked<tasks::Release>().semaphore, 0);
    buyer.answer(0);
    EXPECT_TRUE(buyer.asks<tasks::Await>()) << "no window is open";
}

TEST(Tickets, NeedNoWorkAndNoSleepUnderTheLock) {
    const auto tickets = make(1, 0, 0);
    Script buyer{tickets->make(0)};
    buyer.answer(0);
    EXPECT_TRUE(buyer.asks<tasks::Release>());
    EXPECT_FALSE(tickets->demand().sleeps);
    EXPECT_TRUE(make(1, 0, 1)->demand().sleeps);
}

TEST(Tickets, BuyersGoFromRowToRow) {
    const auto tickets = make(3, 0, 0);
    Script scripts[] = {Script{tickets->make(0)}, Script{tickets->make(1)}, Script{tickets->make(2)},
                        Script{tickets->make(3)}};
    for (int index = 0; index < 4; ++index) {
        EXPECT_EQ(scripts[index].asked<tasks::Acquire>().semaphore, index % 3);
        scripts[index].answer(0);
        EXPECT_EQ(scripts[index].asked<tasks::Release>().semaphore, index % 3);
        scripts[index].answer(0);
    }
    scripts[3].compute();
    scripts[3].answer(0);
    EXPECT_EQ(scripts[3].asked<tasks::Acquire>().semaphore, 4 % 3) << "its second ticket";
    EXPECT_EQ(tickets->demand().semaphores.size(), 3U);
    for (const tasks::SemaphoreShape& lock : tickets->demand().semaphores) {
        EXPECT_EQ(lock.permits, 1U);
        EXPECT_EQ(lock.most, 1U);
    }
}

TEST(Tickets, AreLostIfTwoBuyersHoldALock) {
    const auto tickets = make(1, 0, 5);
    tasks::Ledger ledger{buyers};
    ManyScripts scripts{*tickets};
    scripts.break_semaphores();
    scripts.play();
    scripts.enter_into(ledger);
    // All buyers read the same number each time: four rounds are counted as four tickets.
    EXPECT_EQ(tickets->verify(ledger).reason,
              "the buyers took 16 tickets, but only 4 were counted: two buyers held a lock at the same time");
    tickets->begin();
    ManyScripts sound{*tickets};
    sound.play();
    sound.enter_into(ledger);
    EXPECT_EQ(tickets->verify(ledger).reason, "") << "the next run begins without tickets";
}

TEST(Tickets, AreInvalidIfNobodyBoughtOne) {
    const auto tickets = make(1, 1, 0);
    tasks::Ledger ledger{buyers};
    for (std::size_t index = 0; index < buyers; ++index) {
        ledger.finish(tasks::root(index), {tasks::mix(tasks::mix(index, 0), 0)});
    }
    EXPECT_EQ(tickets->verify(ledger).reason,
              "4 of 4 buyers got no answer in the first round, before the window opens");
}

}  // namespace
}  // namespace workloads
