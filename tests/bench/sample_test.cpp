#include "bench/sample.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "cpus.h"
#include "full_listener.h"
#include "measured.h"
#include "models/table.h"
#include "simple_workload.h"
#include "sys/memory_usage.h"
#include "turn_giver.h"
#include "workloads/table.h"

namespace bench {
namespace {

Counts count_here(const Case& what, const CpuPlan& cpus, std::optional<std::uint64_t> units) {
    return Harness{what, cpus}.count(units);
}

TEST(Sample, CountsTheWorkOfAllItsIterations) {
    const Case what = case_named("primes/process_per_task/tasks:4/grain_us:100");
    const auto before = std::chrono::system_clock::now();
    const auto [sample, run] = measured(what, 3);
    EXPECT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    EXPECT_EQ(sample.reason, "");
    EXPECT_EQ(sample.what.name(), what.name());
    EXPECT_GE(sample.start_time, before);
    EXPECT_LE(sample.start_time, std::chrono::system_clock::now());
    ASSERT_TRUE(sample.work && sample.cost && run);
    EXPECT_EQ(sample.work->units, 3U * 4);
    EXPECT_FALSE(sample.work->fairness);
    EXPECT_FALSE(sample.latency);
    EXPECT_GT(sample.cost->cpu_ns, 0);
    ASSERT_TRUE(sample.cost->parts);
    EXPECT_EQ(sample.cost->parts->cpu_ns(), sample.cost->cpu_ns);
    EXPECT_FALSE(failed(*run));
    EXPECT_EQ(run->iterations, 3);
    EXPECT_GT(run->counters.at("items_per_second").value, 0);
    EXPECT_DOUBLE_EQ(run->counters.at("cpu_ns_per_unit").value, static_cast<double>(sample.cost->cpu_ns) / 12);
}

TEST(Sample, HasNoPeerWhereThereIsNone) {
    const Sample sample = measured(case_named("primes/serial/tasks:2/grain_us:1")).sample;
    EXPECT_FALSE(sample.cpu_split.model.empty());
    EXPECT_TRUE(sample.cpu_split.peer.empty());
    EXPECT_FALSE(sample.evidence.peer_cpu);
    EXPECT_FALSE(sample.evidence.peer_cpu_share);
}

TEST(Sample, OfAServerHasTheFiguresOfItsWindowsAlone) {
    const auto [sample, run] = measured(case_named("echo/epoll/connections:3/payload:10/requests:12"), 2);
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    EXPECT_EQ(sample.work->units, 2U * 12);
    EXPECT_EQ(sample.work->bytes, 2U * 12 * 20);
    EXPECT_GE(sample.work->fairness->least, 2U * 1);
    EXPECT_LE(sample.work->fairness->most, 2U * 10);
    EXPECT_GT(sample.work->fairness->jain, 0);
    EXPECT_LE(sample.work->fairness->jain, 1);
    EXPECT_GT(sample.cost->cpu_ns, 0);
    EXPECT_FALSE(sample.cost->parts);
    // Without the first round.
    EXPECT_EQ(sample.latency->count, 24U);
    EXPECT_LE(sample.latency->p50, sample.latency->p99);
    EXPECT_LE(sample.latency->p99, sample.latency->max);
    std::uint64_t in_buckets = 0;
    for (const auto& bucket : sample.latency->buckets) in_buckets += bucket.count;
    EXPECT_EQ(in_buckets, 24U);
    EXPECT_FALSE(sample.cpu_split.peer.empty());
    EXPECT_GT(sample.evidence.peer_cpu->count(), 0);
    EXPECT_GT(*sample.evidence.peer_cpu_share, 0);
    EXPECT_EQ(run->counters.at("p50_ns").value, static_cast<double>(sample.latency->p50));
    EXPECT_EQ(run->iterations, 2);
    EXPECT_GT(run->real_accumulated_time, 0);
    EXPECT_TRUE(sample.evidence.at_gates);
}

TEST(Sample, HasTheCpuTimeOfOthers) {
    const Sample sample = measured(case_named("primes/serial/tasks:2/grain_us:1")).sample;
    EXPECT_GT(sample.evidence.elapsed.count(), 0);
    EXPECT_EQ(sample.evidence.others_cpu.has_value(), sys::machine_time().has_value());
    EXPECT_EQ(sample.evidence.steal.has_value(), sys::machine_time().has_value());
}

// Each of its runs fills the queue of a listener.
class Overflowing final : public SimpleWorkload {
public:
    void begin() override { full_.emplace(); }

private:
    std::optional<FullListener> full_;
};
constexpr workloads::Entry overflowing = make_entry<Overflowing>("overflowing");

TEST(Sample, TellsHowManyConnectionsFoundTheListenQueueFull) {
    if (!sys::tcp_statistics()) GTEST_SKIP() << "this kernel does not tell";
    const Sample whole = measured(case_of(overflowing), 2).sample;
    ASSERT_EQ(whole.outcome, Outcome::ok) << whole.reason;
    EXPECT_GE(whole.evidence.tcp->listen_overflows, 3) << "in the first run, which is not timed, and in two more";
    TurnGiver giver{"try 1", "go 2", "go 1", "end"};
    Turns turns{giver.benchmarks_end(), 2};
    const Sample in_turns = measured(case_of(overflowing), 2, {}, &turns).sample;
    ASSERT_EQ(in_turns.outcome, Outcome::ok) << in_turns.reason;
    EXPECT_GE(in_turns.evidence.tcp->listen_overflows, 5);
}

TEST(Sample, OfAServerTellsTheOverflowsUntilAllConnectionsAreUp) {
    if (!sys::tcp_statistics()) GTEST_SKIP() << "this kernel does not tell";
    TurnGiver giver{"go 12", "end"};
    Turns turns{giver.benchmarks_end(), 1};
    const Sample sample = measured(case_named("echo/epoll/connections:3/requests:12"), 1, {}, &turns).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    ASSERT_TRUE(sample.evidence.tcp) << "it was read at the first gate, by the peer";
    EXPECT_GE(sample.evidence.tcp->listen_overflows, 0);
}

TEST(Evidence, AddsUpWhatTcpCountedInParts) {
    const auto at = [](std::int64_t overflows, std::int64_t retransmits) {
        return std::optional{sys::TcpStatistics{.listen_overflows = overflows, .syn_retransmits = retransmits}};
    };
    Evidence evidence;
    evidence.add_tcp(std::nullopt, at(5, 5));
    evidence.add_tcp(at(5, 5), std::nullopt);
    EXPECT_FALSE(evidence.tcp);
    evidence.add_tcp(at(5, 50), at(7, 51));
    evidence.add_tcp(at(107, 100), at(108, 104));
    EXPECT_EQ(evidence.tcp, at(3, 5)) << "what was counted between the parts is not ours";
}

TEST(Sample, CountsOnlyWhereItIsAskedTo) {
    const Case what = case_named("primes/serial/tasks:2/grain_us:1");
    EXPECT_FALSE(measured(what).sample.counts);
    const Sample sample = measured(what, 1, count_here).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    ASSERT_TRUE(sample.counts);
    EXPECT_EQ(sample.counts->units, 2U);
    EXPECT_EQ(std::string{sample.counts->reason.data()}.empty(),
              sample.counts->system_calls && sample.counts->switches && sample.counts->migrations);
}

TEST(Sample, HasTheCountsOfOneWindow) {
    const auto [sample, run] = measured(case_named("echo/epoll/connections:3/requests:300"), 2, count_here);
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    ASSERT_TRUE(sample.counts);
    EXPECT_EQ(sample.counts->units, 300U);
    if (!sample.counts->switches) GTEST_SKIP() << sample.counts->reason.data();
    EXPECT_DOUBLE_EQ(run->counters.at("switches_per_unit").value, static_cast<double>(*sample.counts->switches) / 300);
}

TEST(Sample, MayBeCountedInASmallerWindow) {
    EXPECT_EQ(count_here(case_named("echo/epoll/connections:3/requests:300"), cpu_plan(), 40).units, 40U);
    EXPECT_EQ(count_here(case_named("echo/epoll/connections:3/requests:300"), cpu_plan(), 1).units, 3U)
        << "each connection has one request at least";
}

TEST(Sample, DidNotFinishWhereTheCountingFails) {
    const auto fails = [](const Case&, const CpuPlan&, std::optional<std::uint64_t>) -> Counts {
        throw std::runtime_error{"it counts sheep"};
    };
    const Measured failed = measured(case_named("primes/serial/tasks:2/grain_us:1"), 1, fails);
    expect_failed(failed, Outcome::did_not_finish, "the counting run failed: it counts sheep");
}

TEST(Sample, HasTheMemoryOfTasksThatWait) {
    const Sample sample = measured(case_named("park/thread_per_task/tasks:200"), 2).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    ASSERT_TRUE(sample.memory);
    EXPECT_EQ(sample.memory->tasks, 200U);
    // A thread's stack has at least one page of its own.
    EXPECT_GE(sample.memory->process_bytes, 200 * 4096);
    EXPECT_FALSE(measured(case_named("timers/epoll/tasks:2/naps:1/nap_us:1")).sample.memory);
}

TEST(Sample, HasTheMemoryAtThePeakOfARun) {
    if (!sys::reset_resident_peak()) GTEST_SKIP() << "this system does not let a peak begin again";
    constexpr std::int64_t tasks = 111'111;
    // Breadth first: all of them exist at once. Twice, because the second case finds the free memory of the first.
    for (int turn = 0; turn < 2; ++turn) {
        const Sample breadth_first = measured(case_named("fork_join/epoll/leaves:100000")).sample;
        ASSERT_EQ(breadth_first.outcome, Outcome::ok) << breadth_first.reason;
        ASSERT_TRUE(breadth_first.memory);
        EXPECT_EQ(breadth_first.memory->tasks, static_cast<std::size_t>(tasks));
        EXPECT_GE(breadth_first.memory->process_bytes, tasks * 24);
    }
    const Sample one_after_the_other = measured(case_named("fork_join/serial/leaves:100000")).sample;
    ASSERT_TRUE(one_after_the_other.memory);
    EXPECT_LT(one_after_the_other.memory->process_bytes, tasks * 24);
    const Sample processes = measured(case_named("fork_join/process_per_task/leaves:10")).sample;
    ASSERT_EQ(processes.outcome, Outcome::ok) << processes.reason;
    EXPECT_FALSE(processes.memory) << "the tasks are in other processes";
}

TEST(Sample, HasBothLatenciesOfAnOpenLoop) {
    const Sample sample =
        measured(case_named("open_echo/epoll/connections:3/payload:10/rate:20000/requests:12")).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    ASSERT_TRUE(sample.latency && sample.latency_uncorrected);
    EXPECT_EQ(sample.latency->count, 12U);
    EXPECT_EQ(sample.latency_uncorrected->count, 12U);
    EXPECT_GE(sample.latency->max, sample.latency_uncorrected->p50);
    EXPECT_FALSE(measured(case_named("echo/epoll/connections:3/payload:10/requests:12")).sample.latency_uncorrected);
}

TEST(Sample, HasALatencyForEachClassOfUnits) {
    const Case what = case_named(
        "head_of_line/epoll/connections:4/inline_us:1/long_percent:10/long_us:20/rate:20000/requests:200/short_us:1");
    const Sample sample = measured(what).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    ASSERT_EQ(sample.other_latencies.size(), 1U);
    const auto& [name, latency] = sample.other_latencies.front();
    EXPECT_EQ(name, "long");
    EXPECT_EQ(latency.count, 20U);
    EXPECT_EQ(sample.latency->count, 180U);
    EXPECT_NE(latency.meaning, sample.latency->meaning);
}

TEST(Sample, HasNoLatencyOfAClassWithoutUnits) {
    const Sample sample = measured(case_named("head_of_line/epoll/connections:2/long_percent:0/requests:20")).sample;
    ASSERT_EQ(sample.outcome, Outcome::ok) << sample.reason;
    EXPECT_TRUE(sample.other_latencies.empty());
}

class Demanding final : public SimpleWorkload {
public:
    tasks::Demand demand() const override { return {std::size_t{1} << 40, 1}; }
};
constexpr workloads::Entry demanding = make_entry<Demanding>("demanding");

TEST(Sample, IsSkippedWhereTheModelSaysWhyItCannot) {
    expect_failed(measured(case_of(demanding)), Outcome::skipped, "descriptors");
}

constexpr workloads::Entry wrong_at_first = make_entry<GoesWrong<1>>("wrong_at_first");
constexpr workloads::Entry wrong_later = make_entry<GoesWrong<3>>("wrong_later");
constexpr workloads::Entry wrong_never = make_entry<GoesWrong<100>>("wrong_never");

TEST(Sample, IsInvalidWhereTheFirstRunIs) {
    expect_failed(measured(case_of(wrong_at_first), 5), Outcome::invalid, "wrong digest");
}

TEST(Sample, IsInvalidWhereATimedRunIs) {
    expect_failed(measured(case_of(wrong_later), 5), Outcome::invalid, "wrong digest");
    EXPECT_EQ(measured(case_of(wrong_never), 5).sample.outcome, Outcome::ok);
}

class NeverMade final : public SimpleWorkload {
public:
    NeverMade() { throw std::runtime_error{"no sockets today"}; }
};
constexpr workloads::Entry never_made = make_entry<NeverMade>("never_made");

class Throwing final : public SimpleWorkload {
public:
    std::unique_ptr<tasks::Task> make(std::size_t) const override { throw std::runtime_error{"it rains"}; }
};
constexpr workloads::Entry throwing = make_entry<Throwing>("throwing");

TEST(Sample, DidNotFinishWhereItThrows) {
    expect_failed(measured(case_of(never_made)), Outcome::did_not_finish, "no sockets today");
    expect_failed(measured(case_of(throwing)), Outcome::did_not_finish, "it rains");
}

TEST(Sample, AnotherMayFollowOneThatFailed) {
    EXPECT_EQ(measured(case_of(throwing)).sample.outcome, Outcome::did_not_finish);
    EXPECT_EQ(measured(case_named("primes/serial/tasks:2/grain_us:1")).sample.outcome, Outcome::ok);
}

TEST(Outcome, HasItsName) {
    EXPECT_EQ(to_string(Outcome::ok), "ok");
    EXPECT_EQ(to_string(Outcome::skipped), "skipped");
    EXPECT_EQ(to_string(Outcome::did_not_finish), "did_not_finish");
    EXPECT_EQ(to_string(Outcome::invalid), "invalid");
}

}  // namespace
}  // namespace bench
