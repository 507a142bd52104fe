// The most important tests: every workload under every model, with real sockets, threads and processes. Each run's
// digests are compared with the serial answer. These tests also run every new line of either table.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <tuple>
#include <vector>

#include "bench/harness/harness.h"
#include "bench/native/controls.h"
#include "cpus.h"
#include "models/table.h"
#include "times_of.h"
#include "turn_giver.h"
#include "workloads/io/server.h"
#include "workloads/table.h"

namespace bench {
namespace {

using Crossing = std::tuple<const workloads::Entry*, const models::Entry*>;

class Matrix : public testing::TestWithParam<Crossing> {
protected:
    // Model arguments that are not given have the model's defaults, with which a pool keeps every connection open.
    static Case smoke_case(const tasks::Arguments& model_arguments = {}) {
        const auto [workload, model] = GetParam();
        tasks::Arguments smoke = tasks::complete(workload->parameters, tasks::parse_arguments(workload->smoke));
        // serial keeps one connection.
        const bool only_one = model->tasks_at_once != nullptr && model->parameters.empty();
        if (only_one && workload->kept_open == workloads::connections_of) {
            std::vector<tasks::Arguments::Item> items(smoke.items().begin(), smoke.items().end());
            std::ranges::find(items, "connections", &tasks::Arguments::Item::first)->second = 1;
            smoke = tasks::Arguments{std::move(items)};
        }
        // A native control computes nothing.
        if (model->family == models::Family::native && workload->name == "echo") {
            smoke = tasks::Arguments{{"connections", 5}, {"payload", 100}, {"requests", 20}, {"work_us", 0}};
        }
        return make_case(*workload, *model, {smoke}, {model_arguments}, two_cpus);
    }
    // The clocks are read in the model's own process if there is no peer. What that costs is left out, up to a few
    // microseconds; some windows here are as short.
    static void expect_cpu_time(Harness& harness, std::size_t window) {
        const auto& [opened, closed, work, recorded] = (*harness.windows())[window];
        if (closed - opened < std::chrono::milliseconds{1}) return;
        EXPECT_GT(harness.meter().model_cpu(window).count(), 0);
    }
    // Cases are so small that only these reasons to refuse one are accepted: of a model whose waiting tasks keep their
    // worker, and of a native control.
    static bool may_refuse(const Harness& harness) {
        const std::string& why = harness.support().reason;
        return why.find("wait for one another") != std::string::npos || why.ends_with(" are needed") ||
               why.find("may wait for their children at once") != std::string::npos ||
               why.find("occupies a worker") != std::string::npos || why.find("lacks the library") != std::string::npos;
    }
};

TEST_P(Matrix, DoesAllTheWorkAndBringsTheSerialDigests) {
    constexpr std::size_t windows = 2;
    Harness harness{smoke_case(), cpu_plan(), windows};
    if (may_refuse(harness)) GTEST_SKIP() << harness.support().reason;
    ASSERT_TRUE(harness.support()) << harness.support().reason;
    harness.prepare();
    // Several runs, because a model is made once and runs a job many times.
    for (int run = 0; run < 3; ++run) {
        harness.before_run();
        harness.run();
        const workloads::Verdict verdict = harness.after_run();
        ASSERT_TRUE(verdict) << "run " << run << ": " << verdict.reason;
        EXPECT_GT(harness.workload().work().units, 0U);
        if (harness.windows() == nullptr) continue;
        for (std::size_t window = 0; window < windows; ++window) {
            const auto& [opened, closed, work, recorded] = (*harness.windows())[window];
            EXPECT_TRUE(recorded);
            EXPECT_LT(opened, closed);
            EXPECT_EQ(work.units, harness.workload().work().units / windows);
            EXPECT_GE(work.fairness->least, std::get<0>(GetParam())->serves_all ? 1U : 0U);
            EXPECT_GT(work.fairness->jain, 0.0);
            expect_cpu_time(harness, window);
        }
    }
}

TEST_P(Matrix, TakesTurnsWithWindowsOfAnyLength) {
    if (std::get<0>(GetParam())->kept_open == nullptr) GTEST_SKIP() << "timed as a whole";
    TurnGiver giver{"try 1", "try 9", "go 30", "go 31", "end"};
    Turns turns{giver.benchmarks_end(), 2};
    Harness harness{smoke_case(), cpu_plan(), 2, std::chrono::seconds{5}, &turns};
    if (may_refuse(harness)) GTEST_SKIP() << harness.support().reason;
    harness.prepare();
    harness.before_run();
    harness.run();
    const workloads::Verdict verdict = harness.after_run();
    ASSERT_TRUE(verdict) << verdict.reason;
    EXPECT_EQ(turns.failure(), "");
    EXPECT_EQ(giver.heard().size(), 5U) << "ready, and done four times";
    ASSERT_EQ(harness.windows()->recorded(), 2U);
    EXPECT_EQ((*harness.windows())[0].work.units, 30U);
    EXPECT_EQ((*harness.windows())[1].work.units, 31U);
    for (std::size_t window = 0; window < 2; ++window) expect_cpu_time(harness, window);
    const std::optional<std::uint64_t> times = times_of(harness.workload());
    EXPECT_EQ(times.value_or(61), 61U);
}

// The window of a serving workload opens under every model that has a carrier for each connection. (The test above
// skips a model that refuses.)
TEST_P(Matrix, KeepsTheConnectionsOpenThatItHasCarriersFor) {
    const auto [workload, model] = GetParam();
    if (workload->kept_open == nullptr) GTEST_SKIP() << "timed as a whole";
    const Case what = smoke_case();
    Harness harness{what, cpu_plan()};
    const std::string why = harness.support().reason;
    if (why.find("lacks the library") != std::string::npos) GTEST_SKIP() << why;
    if (why.empty()) return;
    // Its loops share nothing.
    if (!model->shares_events && harness.workload().demand().shares()) return;
    ASSERT_NE(model->tasks_at_once, nullptr) << why;
    EXPECT_LT(model->tasks_at_once(what.model_arguments), workload->kept_open(what.arguments));
}

TEST_P(Matrix, WorksWithTheLeastArgumentsOnSharedCpus) {
    const models::Entry& model = *std::get<1>(GetParam());
    std::vector<tasks::Arguments::Item> least;
    for (const tasks::Parameter& parameter : model.parameters) least.emplace_back(parameter.name, parameter.least);
    Harness harness{smoke_case(tasks::Arguments{std::move(least)}), cpu_plan(Placement::shared)};
    if (may_refuse(harness)) GTEST_SKIP() << harness.support().reason;
    harness.prepare();
    harness.before_run();
    harness.run();
    const workloads::Verdict verdict = harness.after_run();
    EXPECT_TRUE(verdict) << verdict.reason;
}

// The C library takes thread-local storage from a thread's stack.
class SmallStacks : public Matrix {};

TEST_P(SmallStacks, AreEnoughForEveryWorkload) {
    Harness harness{smoke_case({{"stack_kib", 64}}), cpu_plan()};
    ASSERT_TRUE(harness.support()) << harness.support().reason;
    harness.prepare();
    harness.before_run();
    harness.run();
    const workloads::Verdict verdict = harness.after_run();
    EXPECT_TRUE(verdict) << verdict.reason;
}

std::string name_of(const testing::TestParamInfo<Crossing>& crossing) {
    // CTest runs all tests of a model together: it finds them by the end of their names.
    const auto [workload, model] = crossing.param;
    return std::string{workload->name} + "_under_" + std::string{model->name};
}

INSTANTIATE_TEST_SUITE_P(All, Matrix,
                         testing::Combine(testing::ValuesIn(workloads::table().begin(), workloads::table().end()),
                                          testing::ValuesIn(models::table().begin(), models::table().end())),
                         name_of);

INSTANTIATE_TEST_SUITE_P(All, SmallStacks,
                         testing::Combine(testing::ValuesIn(workloads::table().begin(), workloads::table().end()),
                                          testing::Values(&models::find("thread_per_task"))),
                         name_of);

// Each native control with the workloads that it can run.
std::vector<Crossing> all_controls() {
    std::vector<Crossing> crossings;
    for (const models::Entry* const control : native_controls()) {
        for (const workloads::Entry* const workload : workloads::table()) {
            if (control_runs(*control, workload->name)) crossings.emplace_back(workload, control);
        }
    }
    return crossings;
}
INSTANTIATE_TEST_SUITE_P(Native, Matrix, testing::ValuesIn(all_controls()), name_of);

}  // namespace
}  // namespace bench
