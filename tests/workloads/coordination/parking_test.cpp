#include <gtest/gtest.h>

#include "many_scripts.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t cars = 4;
constexpr int stay_us = 7;

class Parking : public testing::Test {
protected:
    Parking() { parking_->begin(); }

    std::unique_ptr<Workload> parking_ =
        find("parking").make({{"cars", cars}, {"places", 2}, {"stay_us", stay_us}, {"stays", 12}}, {});
    tasks::Ledger ledger_{cars};
};

TEST_F(Parking, ACarStaysAndLeaves) {
    Script car{parking_->make(0)};
    EXPECT_EQ(car.asked<tasks::Acquire>().semaphore, 0);
    const sys::TimePoint before = sys::now();
    car.answer(0);
    EXPECT_GE(car.asked<tasks::Sleep>().until, before + std::chrono::microseconds{stay_us});
    EXPECT_LE(car.asked<tasks::Sleep>().until, sys::now() + std::chrono::microseconds{stay_us});
    EXPECT_EQ(parking_->windows()->progress(), 0U);
    car.answer(0);
    EXPECT_EQ(parking_->windows()->progress(), 1U);
    EXPECT_EQ(car.asked<tasks::Release>().semaphore, 0);
    car.answer(0);
    EXPECT_TRUE(car.asks<tasks::Await>()) << "no window is open";
}

TEST_F(Parking, HasPlacesAndSleeps) {
    const tasks::Demand demand = parking_->demand();
    ASSERT_EQ(demand.semaphores.size(), 1U);
    EXPECT_EQ(demand.semaphores[0].permits, 2U);
    EXPECT_EQ(demand.semaphores[0].most, 2U);
    EXPECT_TRUE(demand.sleeps);
}

TEST_F(Parking, SeesMoreCarsThanPlaces) {
    ManyScripts scripts{*parking_};
    scripts.break_semaphores();
    scripts.play();
    scripts.enter_into(ledger_);
    EXPECT_EQ(parking_->verify(ledger_).reason, "4 cars were inside at the same time; the car park has 2 places");
    parking_->begin();
    ManyScripts sound{*parking_};
    sound.play();
    sound.enter_into(ledger_);
    EXPECT_EQ(parking_->verify(ledger_).reason, "") << "the next run begins with an empty car park";
}

TEST_F(Parking, IsInvalidIfNobodyStayed) {
    for (std::size_t index = 0; index < cars; ++index) ledger_.finish(tasks::root(index), {tasks::mix(index, 0)});
    EXPECT_EQ(parking_->verify(ledger_).reason,
              "4 of 4 cars got no answer in the first round, before the window opens");
}

}  // namespace
}  // namespace workloads
