// What all workloads have in common whose tasks are timed in windows and have no remote end: the tasks are GatedTasks,
// or rest by sleeps (mixed).
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "many_scripts.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

class Gated : public testing::TestWithParam<std::string_view> {
protected:
    void plan(std::vector<std::uint64_t> quotas) {
        quotas_.emplace(std::move(quotas));
        workload_->windows()->plan(quotas_->count(), &*quotas_);
    }
    // Plays one run, and enters its results into the ledger.
    void play(ManyScripts& scripts) {
        scripts.play();
        scripts.enter_into(ledger_);
    }
    // Begins a run and plays it. Seed 0: the tasks take turns.
    ManyScripts play_run(unsigned seed) {
        workload_->begin();
        ManyScripts scripts{*workload_};
        if (seed > 0) scripts.shuffle(seed);
        play(scripts);
        return scripts;
    }

    const Entry& entry_ = find(GetParam());
    tasks::Arguments arguments_ = tasks::complete(entry_.parameters, tasks::parse_arguments(entry_.smoke));
    std::unique_ptr<Workload> workload_ = entry_.make(arguments_, {});
    std::optional<Quotas> quotas_;
    tasks::Ledger ledger_{workload_->size()};
};

TEST_P(Gated, DoesAllUnitsOfEachWindowInAnyOrderOfItsTasks) {
    const std::uint64_t tasks_count = workload_->size();
    ASSERT_LE(tasks_count, 9U);
    for (const auto& quotas : std::vector<std::vector<std::uint64_t>>{
             {30, 31}, {tasks_count, tasks_count + 1, tasks_count}, {2 * tasks_count, 3 * tasks_count - 1, 31}}) {
        plan(quotas);
        std::uint64_t units = 0;
        for (const std::uint64_t quota : quotas) units += quota;
        // A seed is a run of its own: each finds the state of the last one.
        for (unsigned seed = 0; seed < 50; ++seed) {
            SCOPED_TRACE(seed);
            EXPECT_FALSE(play_run(seed).was_deadlocked());
            ASSERT_EQ(workload_->verify(ledger_).reason, "");
            EXPECT_EQ(workload_->work().units, units);
            EXPECT_GE(workload_->work().fairness->least, quotas.size()) << "a unit for each task in each window";
            const Windows& windows = *workload_->windows();
            ASSERT_EQ(windows.recorded(), quotas.size());
            for (std::size_t window = 0; window < quotas.size(); ++window) {
                EXPECT_EQ(windows[window].work.units, quotas[window]) << window;
            }
            EXPECT_EQ(windows.progress(), units + tasks_count) << "one unit each in the round before the first window";
        }
    }
}

TEST_P(Gated, EndsIfAnyOperationFails) {
    plan({12, 13});
    const std::size_t operations = play_run(0).operations();
    std::size_t failed = 0;
    for (std::size_t number = 0; number < operations; ++number) {
        SCOPED_TRACE(number);
        workload_->begin();
        ManyScripts scripts{*workload_};
        scripts.fail_operation(number, EIO);
        play(scripts);
        if (ledger_.failures() == 0) {
            EXPECT_EQ(workload_->verify(ledger_).reason, "") << "a Compute cannot fail";
            continue;
        }
        ++failed;
        EXPECT_NE(workload_->verify(ledger_).reason.find(" tasks failed, the first with: "), std::string::npos);
        (void)play_run(0);
        ASSERT_EQ(workload_->verify(ledger_).reason, "") << "the next run finds nothing of the one that failed";
    }
    EXPECT_GE(failed, 25U) << "a unit has an operation at least";
}

TEST_P(Gated, SeesAWrongDigestOfAnyTask) {
    plan({30, 31});
    (void)play_run(0);
    for (std::size_t wrong = 0; wrong < workload_->size(); ++wrong) {
        tasks::Ledger ledger{workload_->size()};
        for (std::size_t index = 0; index < workload_->size(); ++index) {
            ledger.finish(tasks::root(index), {ledger_.digest(index) + (index == wrong ? 1 : 0)});
        }
        EXPECT_EQ(workload_->verify(ledger).reason, "wrong digest from task " + std::to_string(wrong));
    }
}

TEST_P(Gated, NeedsAllItsTasksAtOnce) {
    const tasks::Demand demand = workload_->demand();
    EXPECT_EQ(demand.tasks_at_once, workload_->size());
    EXPECT_EQ(demand.together, workload_->size());
    // A task that rests by sleeps keeps its worker.
    EXPECT_EQ(demand.together_in_calls, demand.events == 0 ? workload_->size() : 1U);
    EXPECT_EQ(demand.descriptors_lent, 0U);
    EXPECT_EQ(entry_.kept_open_are, "tasks");
}

INSTANTIATE_TEST_SUITE_P(All, Gated, testing::Values("ring", "bus", "parking", "tickets", "mixed"),
                         [](const auto& entry) { return std::string{entry.param}; });

TEST(GatedEntries, RefuseAWindowWithoutAUnitForEachTask) {
    for (const auto& [name, arguments] : {std::pair{"ring", "tasks:10/hand_overs:9"},
                                          {"bus", "tasks:10/passengers:9"},
                                          {"parking", "cars:10/stays:9"},
                                          {"tickets", "buyers:10/tickets:9"},
                                          {"mixed", "tasks:10/operations:9"}}) {
        const Entry& entry = find(name);
        EXPECT_THROW(entry.check(tasks::complete(entry.parameters, tasks::parse_arguments(arguments))),
                     std::invalid_argument)
            << name;
    }
}

}  // namespace
}  // namespace workloads
