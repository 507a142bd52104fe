// Samples that are taken in turns.
#include "bench/slices.h"

#include <gtest/gtest.h>

#include <string>

#include "bench/sample.h"
#include "cpus.h"
#include "measured.h"
#include "models/table.h"
#include "simple_workload.h"
#include "turn_giver.h"
#include "workloads/table.h"

namespace bench {
namespace {

using Rest = sys::ProcessFamily::Rest;

// The sample that these turns give.
Measured measured_in_turns(const Case& what, int recorded, std::initializer_list<std::string_view> messages) {
    TurnGiver giver{messages};
    Turns turns{giver.benchmarks_end(), static_cast<std::size_t>(recorded)};
    return measured(what, recorded, {}, &turns);
}

void expect_slices(const Sample& sample, std::initializer_list<std::uint64_t> units) {
    ASSERT_TRUE(sample.slices);
    ASSERT_EQ(sample.slices->each.size(), units.size());
    std::uint64_t sum = 0;
    std::int64_t cpu_ns = 0;
    sys::TimePoint last_end{};
    for (std::size_t i = 0; i < units.size(); ++i) {
        const Slice& slice = sample.slices->each[i];
        EXPECT_EQ(slice.units, units.begin()[i]);
        EXPECT_GT(slice.wall.count(), 0);
        EXPECT_GE(slice.cpu.count(), 0);
        EXPECT_GE(slice.start, last_end);
        last_end = slice.start + slice.wall;
        sum += slice.units;
        cpu_ns += slice.cpu.count();
    }
    EXPECT_EQ(sample.work->units, sum) << "the totals are those of the recorded slices";
    EXPECT_EQ(sample.cost->cpu_ns, cpu_ns);
}

TEST(SampleInTurns, OfAServerHasItsWindowsAsSlices) {
    const auto [sample, run] = measured_in_turns(case_named("echo/epoll/connections:3/payload:10/requests:12"), 2,
                                                 {"try 7", "go 24", "go 6", "end"});
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    expect_slices(sample, {24, 6});
    EXPECT_EQ(sample.slices->nominal_units, 12U);
    EXPECT_EQ(sample.work->bytes, 30U * 20);
    EXPECT_EQ(sample.latency->count, 30U) << "without the first round and the try";
    EXPECT_FALSE(sample.cost->parts);
    EXPECT_GT(sample.slices->each[0].peer_cpu.count(), 0);
    EXPECT_TRUE(sample.evidence.at_gates);
    EXPECT_EQ(run->iterations, 2);
    const auto& slices = *sample.slices;
    const double scaled_ns =
        static_cast<double>(slices.each[0].wall.count()) / 2 + static_cast<double>(slices.each[1].wall.count()) * 2;
    EXPECT_NEAR(run->real_accumulated_time, scaled_ns / 1e9, 1e-8);
}

TEST(SampleInTurns, HasSomeRunsInEachSlice) {
    const auto [sample, run] = measured_in_turns(case_named("primes/process_per_task/tasks:4/grain_us:100"), 3,
                                                 {"try 1", "try 2", "go 2", "go 1", "go 5", "end"});
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    expect_slices(sample, {8, 4, 20});
    EXPECT_EQ(sample.slices->nominal_units, 4U);
    ASSERT_TRUE(sample.cost->parts);
    EXPECT_EQ(sample.cost->parts->cpu_ns(), sample.cost->cpu_ns);
    EXPECT_GE(sample.cost->parts->cpu_user_ns, 0);
    EXPECT_GE(sample.cost->parts->cpu_system_ns, 0);
    for (const Slice& slice : sample.slices->each) EXPECT_EQ(slice.peer_cpu.count(), 0);
    EXPECT_EQ(run->iterations, 3);
    EXPECT_GT(run->real_accumulated_time, 0);
}

TEST(SampleInTurns, HasTheLatencyOfTheRecordedRunsAlone) {
    const Sample sample =
        measured_in_turns(case_named("timers/epoll/tasks:3/naps:2/nap_us:1"), 2, {"try 5", "go 1", "go 2", "end"})
            .sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    EXPECT_EQ(sample.latency->count, 3U * 6);
}

// The calling thread computes everything, and verifies outside the timed part.
TEST(SampleInTurns, CountsTheCpuTimeOfTheRunsAlone) {
    const Sample sample =
        measured_in_turns(case_named("primes/serial/tasks:4/grain_us:1000"), 2, {"go 3", "go 3", "end"}).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    EXPECT_EQ(sample.evidence.at_gates, Rest::slept);
    for (const Slice& slice : sample.slices->each) {
        EXPECT_GT(slice.cpu.count(), 0);
        EXPECT_LE(slice.cpu, slice.wall + std::chrono::microseconds{100});
    }
}

TEST(SampleInTurns, HasThePeersCpuTimeOfEachSliceOfRuns) {
    const Sample sample =
        measured_in_turns(case_named("churn/epoll/clients:2/connections:10"), 2, {"try 1", "go 2", "go 2", "end"})
            .sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    for (const Slice& slice : sample.slices->each) EXPECT_GT(slice.peer_cpu.count(), 0);
    EXPECT_TRUE(sample.evidence.peer_cpu);
}

TEST(SampleInTurns, WorksUnderEveryModel) {
    const workloads::Entry& primes = workloads::find("primes");
    const tasks::Arguments small = tasks::complete(primes.parameters, tasks::parse_arguments("tasks:3/grain_us:10"));
    for (const models::Entry* const model : models::table()) {
        const Case what = make_case(primes, *model, {small}, {}, two_cpus);
        const Sample sample = measured_in_turns(what, 2, {"try 1", "go 1", "go 3", "end"}).sample;
        if (sample.outcome == Outcome::skipped) continue;
        ASSERT_EQ(sample.outcome, Outcome::ok) << model->name << ": " << sample.reason;
        expect_slices(sample, {3, 9});
        EXPECT_GT(sample.cost->cpu_ns, 0) << model->name;
    }
}

TEST(SampleInTurns, DidNotFinishWithoutAllItsTurns) {
    for (const char* const name : {"echo/epoll/connections:3/requests:12", "primes/serial/tasks:2/grain_us:1"}) {
        const Case what = case_named(name);
        expect_failed(measured_in_turns(what, 3, {"go 7", "end"}), Outcome::did_not_finish, "1 of 3 turns were taken");
        expect_failed(measured_in_turns(what, 3, {"end"}), Outcome::did_not_finish, "0 of 3 turns were taken");
        expect_failed(measured_in_turns(what, 3, {"go 7", "try 7"}), Outcome::did_not_finish, "refused 'try 7'");
    }
}

TEST(SampleInTurns, NeverSaysThatASkippedCaseIsReady) {
    TurnGiver giver;
    Turns turns{giver.benchmarks_end(), 1};
    expect_failed(measured(case_named("echo/select/connections:1200/requests:1200"), 1, {}, &turns), Outcome::skipped,
                  "FD_SETSIZE");
    EXPECT_TRUE(giver.heard().empty());
}

TEST(SampleInTurns, IsInvalidWhereARunIs) {
    constexpr workloads::Entry wrong_later = make_entry<GoesWrong<3>>("wrong_later");
    TurnGiver giver{"try 1", "go 1"};
    Turns turns{giver.benchmarks_end(), 1};
    expect_failed(measured(case_of(wrong_later), 1, {}, &turns), Outcome::invalid, "wrong digest");
    EXPECT_EQ(giver.heard().size(), 2U) << "ready, and the try was done";
}

TEST(Slices, AreScaledToTheNominalWork) {
    const Slices slices{
        .nominal_units = 10,
        .each = {
            {.start = {}, .wall = sys::Nanoseconds{400}, .cpu = sys::Nanoseconds{100}, .peer_cpu = {}, .units = 40}}};
    EXPECT_EQ(slices.scaled(0, &Slice::wall).count(), 100);
    EXPECT_EQ(slices.scaled(0, &Slice::cpu).count(), 25);
}

}  // namespace
}  // namespace bench
