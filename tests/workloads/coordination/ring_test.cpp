#include <gtest/gtest.h>

#include <vector>

#include "many_scripts.h"
#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t tasks_count = 3;

class Ring : public testing::Test {
protected:
    Ring() { ring_->begin(); }
    std::vector<Script> start_all() {
        std::vector<Script> scripts;
        for (std::size_t index = 0; index < tasks_count; ++index) scripts.emplace_back(ring_->make(index));
        return scripts;
    }

    std::unique_ptr<Workload> ring_ = find("ring").make({{"tasks", tasks_count}, {"hand_overs", 7}}, {});
    tasks::Ledger ledger_{tasks_count};
};

TEST_F(Ring, EachTaskWaitsForThePermitThatTheOneBeforeItGives) {
    std::vector<Script> scripts = start_all();
    for (std::size_t index = 0; index < tasks_count; ++index) {
        EXPECT_EQ(scripts[index].asked<tasks::Acquire>().semaphore, static_cast<int>(index));
        scripts[index].answer(0);
        EXPECT_EQ(scripts[index].asked<tasks::Release>().semaphore, static_cast<int>((index + 1) % tasks_count));
    }
}

TEST_F(Ring, StopsAfterTheLastUnitOfAWindow) {
    std::vector<Script> scripts = start_all();
    // In the first round each has one unit; the last to come turns the gate.
    for (Script& script : scripts) {
        script.answer(0);
        script.answer(0);
    }
    scripts[2].compute();
    for (Script& script : scripts) script.answer(0);
    // The window has seven units. All but the last one of each task are drawn.
    for (std::size_t unit = 0; unit < 7; ++unit) {
        Script& script = scripts[unit % tasks_count];
        script.answer(0);
        script.answer(0);
        EXPECT_EQ(script.asks<tasks::Acquire>(), unit < 4) << unit;
    }
    EXPECT_TRUE(scripts[1].asks<tasks::Await>());
    EXPECT_TRUE(scripts[2].asks<tasks::Await>());
    EXPECT_TRUE(scripts[0].asks<tasks::Compute>()) << "it stopped last, and turns the gate";
}

TEST_F(Ring, OnlyTheFirstTaskHasTheTokenAtTheBeginning) {
    const std::vector<tasks::SemaphoreShape> semaphores = ring_->demand().semaphores;
    ASSERT_EQ(semaphores.size(), tasks_count);
    for (std::size_t index = 0; index < tasks_count; ++index) {
        EXPECT_EQ(semaphores[index].permits, index == 0 ? 1U : 0U);
        EXPECT_EQ(semaphores[index].most, 1U);
    }
}

TEST_F(Ring, SeesATokenThatCameInTheWrongOrder) {
    ManyScripts scripts{*ring_};
    scripts.break_semaphores();
    scripts.shuffle(1);
    scripts.play();
    scripts.enter_into(ledger_);
    EXPECT_TRUE(ring_->verify(ledger_).reason.starts_with("wrong digest from task "));
}

TEST_F(Ring, IsInvalidIfNobodyHadTheToken) {
    for (std::size_t index = 0; index < tasks_count; ++index) ledger_.finish(tasks::root(index), {0});
    EXPECT_EQ(ring_->verify(ledger_).reason, "3 of 3 tasks got no answer in the first round, before the window opens");
}

}  // namespace
}  // namespace workloads
