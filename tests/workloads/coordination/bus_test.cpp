#include <gtest/gtest.h>

#include <vector>

#include "many_scripts.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t tasks_count = 3;
constexpr int bus_left = 1;

class Bus : public testing::Test {
protected:
    Bus() { bus_->begin(); }
    std::vector<Script> start_all() {
        std::vector<Script> scripts;
        for (std::size_t index = 0; index < tasks_count; ++index) scripts.emplace_back(bus_->make(index));
        return scripts;
    }

    std::unique_ptr<Workload> bus_ = find("bus").make({{"tasks", tasks_count}, {"passengers", 4}}, {});
    tasks::Ledger ledger_{tasks_count};
};

TEST_F(Bus, LeavesWhenTheLastHasCome) {
    std::vector<Script> scripts = start_all();
    for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) {
        EXPECT_EQ(scripts[index].asked<tasks::Await>().event, bus_left);
        EXPECT_EQ(scripts[index].asked<tasks::Await>().times, 1U);
    }
    EXPECT_EQ(scripts[2].asked<tasks::Announce>().event, bus_left);
    EXPECT_EQ(bus_->windows()->progress(), 0U);
    scripts[2].answer(0);
    EXPECT_EQ(bus_->windows()->progress(), 1U) << "the last one is aboard";
}

TEST_F(Bus, LastTripOfAWindowTakesThoseThatHaveAUnit) {
    std::vector<Script> scripts = start_all();
    // The first trip, and one on which nobody goes along: all rest, and the one that came last turns the gate.
    for (const std::size_t index : {std::size_t{2}, std::size_t{1}, std::size_t{0}}) scripts[index].answer(0);
    EXPECT_EQ(scripts[0].asked<tasks::Announce>().event, bus_left);
    scripts[0].answer(0);
    scripts[0].compute();
    ASSERT_TRUE(bus_->windows()->is_open());
    // A full trip, the third one, with all first units of the window.
    for (Script& script : scripts) script.answer(0);
    EXPECT_EQ(scripts[1].asked<tasks::Await>().times, 3U);
    for (const std::size_t index : {std::size_t{2}, std::size_t{1}, std::size_t{0}}) scripts[index].answer(0);
    // One unit was left.
    EXPECT_EQ(scripts[2].asked<tasks::Await>().event, bus_left);
    EXPECT_EQ(scripts[2].asked<tasks::Await>().times, 4U);
    EXPECT_NE(scripts[1].asked<tasks::Await>().event, bus_left) << "it rests, but has come";
    EXPECT_EQ(scripts[0].asked<tasks::Announce>().event, bus_left);
    scripts[0].answer(0);
    EXPECT_NE(scripts[0].asked<tasks::Await>().event, bus_left);
    scripts[2].answer(0);
    EXPECT_TRUE(scripts[2].asks<tasks::Compute>()) << "it does not come again, and turns the gate";
}

TEST_F(Bus, SeesAPassengerThatIsAboardTooEarly) {
    std::vector<Script> scripts;
    scripts.emplace_back(bus_->make(0));
    scripts[0].answer(0);
    scripts[0].answer(0);
    EXPECT_EQ(scripts[0].asked<tasks::Finish>().error, -EPROTO);
    EXPECT_EQ(bus_->verify(ledger_).reason, "1 passengers were aboard before the last one had come");
    bus_->begin();
    EXPECT_EQ(bus_->verify(ledger_).reason, "task 0 finished 0 times") << "the next run begins without a mistake";
}

TEST_F(Bus, IsInvalidIfItNeverLeft) {
    for (std::size_t index = 0; index < tasks_count; ++index) {
        ledger_.finish(tasks::root(index), {tasks::mix(tasks::mix(index, 0), 0)});
    }
    EXPECT_EQ(bus_->verify(ledger_).reason, "3 of 3 tasks got no answer in the first round, before the window opens");
}

TEST_F(Bus, NeedsAnEventBesidesTheGate) { EXPECT_EQ(bus_->demand().events, 2U); }

}  // namespace
}  // namespace workloads
