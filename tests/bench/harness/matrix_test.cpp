// The most important tests: every workload under every model, with real sockets, threads and processes. Each run's
// digests are compared with the serial answer. These tests also run every new line of either table.
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "bench/harness/harness.h"
#include "bench/native/controls.h"
#include "models/table.h"
#include "workloads/table.h"

namespace bench {
namespace {

using Crossing = std::tuple<const workloads::Entry*, const models::Entry*>;

class Matrix : public testing::TestWithParam<Crossing> {
protected:
    static Case smoke_case(const tasks::Arguments& model_arguments = {}) {
        const auto [workload, model] = GetParam();
        return make_case(*workload, *model, tasks::parse_arguments(workload->smoke), model_arguments);
    }
    // Cases are so small that only two reasons to refuse one are accepted: one of a model, one of a native control.
    static bool may_refuse(const Harness& harness) {
        const std::string& why = harness.support().reason;
        return why.find("wait for one another") != std::string::npos ||
               why.find("lacks the library") != std::string::npos;
    }
};

TEST_P(Matrix, DoesAllTheWorkAndBringsTheSerialDigests) {
    Harness harness{smoke_case(), Placement::split};
    if (may_refuse(harness)) GTEST_SKIP() << harness.support().reason;
    ASSERT_TRUE(harness.support()) << harness.support().reason;
    harness.prepare();
    // Several runs, because a model is made once and runs a job many times.
    for (int run = 0; run < 3; ++run) {
        harness.before_run();
        harness.run();
        const workloads::Verdict verdict = harness.after_run();
        ASSERT_TRUE(verdict) << "run " << run << ": " << verdict.reason;
        const workloads::Work work = harness.workload().work();
        EXPECT_GT(work.units, 0U);
        if (work.fairness) {
            EXPECT_GT(work.fairness->least, 0U);
            EXPECT_GT(work.fairness->jain, 0.0);
        }
    }
}

TEST_P(Matrix, WorksWithTheLeastArgumentsOnSharedCpus) {
    const models::Entry& model = *std::get<1>(GetParam());
    std::vector<tasks::Arguments::Item> least;
    for (const tasks::Parameter& parameter : model.parameters) least.emplace_back(parameter.name, parameter.least);
    Harness harness{smoke_case(tasks::Arguments{std::move(least)}), Placement::shared};
    if (may_refuse(harness)) GTEST_SKIP() << harness.support().reason;
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

// Each native control with the only workload that it can run.
std::vector<Crossing> all_controls() {
    std::vector<Crossing> crossings;
    for (const models::Entry* const control : native_controls()) {
        crossings.emplace_back(&workloads::find(workload_of_control(*control)), control);
    }
    return crossings;
}
INSTANTIATE_TEST_SUITE_P(Native, Matrix, testing::ValuesIn(all_controls()), name_of);

}  // namespace
}  // namespace bench
