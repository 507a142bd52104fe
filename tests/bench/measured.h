#pragma once

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <vector>

#include "bench/sample.h"
#include "cpus.h"
#include "simple_workload.h"

namespace bench {

class KeepRuns final : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& some) override { runs.insert(runs.end(), some.begin(), some.end()); }
    std::vector<Run> runs;
};

// Google Benchmark 1.8 has another name for it.
template <class AnyRun>
bool failed(const AnyRun& run) {
    if constexpr (requires { run.error_occurred; }) {
        return run.error_occurred;
    } else {
        return run.skipped != 0;
    }
}

struct Measured {
    Sample sample;
    std::optional<benchmark::BenchmarkReporter::Run> run;  // Google Benchmark's own result
};

// `turns`: null for a whole sample.
inline Measured measured(const Case& what, int iterations = 1, const CountCase& count = {}, Turns* turns = nullptr) {
    Measured result;
    register_case(
        what, iterations,
        [&](benchmark::State& state) {
            result.sample = measure(state, what, cpu_plan(Placement::shared), count, turns);
        },
        turns != nullptr);
    KeepRuns reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter, ".");
    benchmark::ClearRegisteredBenchmarks();
    if (reporter.runs.size() == 1) result.run = reporter.runs.front();
    return result;
}

// A sample that is not ok has no figures, and Google Benchmark reports an error.
inline void expect_failed(const Measured& measured, Outcome outcome, std::string_view reason) {
    EXPECT_EQ(measured.sample.outcome, outcome);
    EXPECT_NE(measured.sample.reason.find(reason), std::string::npos) << measured.sample.reason;
    EXPECT_FALSE(measured.sample.work);
    EXPECT_FALSE(measured.sample.cost);
    EXPECT_FALSE(measured.sample.latency);
    ASSERT_TRUE(measured.run);
    EXPECT_TRUE(failed(*measured.run));
}

// Its answer is wrong from the given run on.
template <int wrong_from>
class GoesWrong final : public SimpleWorkload {
public:
    void begin() override { ++runs_; }
    workloads::Verdict verify(const tasks::Ledger&) const override {
        return runs_ < wrong_from ? workloads::Verdict::valid() : workloads::Verdict::invalid("wrong digest");
    }

private:
    int runs_ = 0;
};
}  // namespace bench
