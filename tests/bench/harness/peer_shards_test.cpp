// Peers of several processes. Their CPUs may be the same here: what counts is that their work is that of one process.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <tuple>

#include "bench/harness/harness.h"
#include "cpus.h"
#include "models/table.h"
#include "odd_echo.h"
#include "simple_workload.h"
#include "sys/limits.h"
#include "times_of.h"
#include "turn_giver.h"
#include "workloads/table.h"

namespace bench {
namespace {

constexpr std::size_t processes = 3;

// The peer has a process for each CPU in the list, also where one is there several times.
CpuPlan plan_with_three_peers() {
    CpuPlan plan = cpu_plan();
    plan.serving.peer.assign(processes, plan.serving.peer.front());
    return plan;
}

using Crossing = std::tuple<const char*, const char*>;

class PeersOfSeveralProcesses : public testing::TestWithParam<Crossing> {
protected:
    static Case smoke_case() {
        const auto [workload, model] = GetParam();
        const workloads::Entry& entry = workloads::find(workload);
        return make_case(entry, models::find(model), {tasks::parse_arguments(entry.smoke)}, {}, two_cpus);
    }
};

TEST_P(PeersOfSeveralProcesses, DoTheWorkOfOnePeer) {
    constexpr std::size_t windows = 2;
    Harness harness{smoke_case(), plan_with_three_peers(), windows};
    ASSERT_TRUE(harness.support()) << harness.support().reason;
    harness.prepare();
    EXPECT_EQ(harness.peer_processes(), processes);
    std::uint64_t latencies = 0;
    for (int run = 0; run < 3; ++run) {
        harness.before_run();
        harness.run();
        const workloads::Verdict verdict = harness.after_run();
        ASSERT_TRUE(verdict) << "run " << run << ": " << verdict.reason;
        if (harness.windows() == nullptr) {
            latencies += harness.workload().work().units;
            continue;
        }
        // The times of a run's recorded windows.
        latencies = harness.workload().work().units;
        for (std::size_t window = 0; window < windows; ++window) {
            const auto& [opened, closed, work, recorded] = (*harness.windows())[window];
            EXPECT_EQ(work.units, harness.workload().work().units / windows);
            EXPECT_GT(work.fairness->least, 0U) << "a client of some shard was not served";
            EXPECT_GT(harness.meter().peer().used_in(window).count(), 0);
            EXPECT_GT(harness.meter().model_cpu(window).count(), 0);
        }
    }
    EXPECT_EQ(times_of(harness.workload()), latencies) << "of all shards";
}

TEST_P(PeersOfSeveralProcesses, TakeTurns) {
    if (smoke_case().workload->kept_open == nullptr) GTEST_SKIP() << "timed as a whole";
    TurnGiver giver{"try 1", "try 9", "go 30", "go 31", "end"};
    Turns turns{giver.benchmarks_end(), 2};
    Harness harness{smoke_case(), plan_with_three_peers(), 2, std::chrono::seconds{5}, &turns};
    harness.prepare();
    harness.before_run();
    harness.run();
    const workloads::Verdict verdict = harness.after_run();
    ASSERT_TRUE(verdict) << verdict.reason;
    ASSERT_EQ(harness.windows()->recorded(), 2U);
    EXPECT_EQ((*harness.windows())[0].work.units, 30U);
    EXPECT_EQ((*harness.windows())[1].work.units, 31U);
    EXPECT_EQ(times_of(harness.workload()), 61U);
}

constexpr auto crossing_name = [](const auto& crossing) {
    return std::string{std::get<0>(crossing.param)} + "_" + std::get<1>(crossing.param);
};
INSTANTIATE_TEST_SUITE_P(All, PeersOfSeveralProcesses,
                         testing::Combine(testing::Values("echo", "open_echo", "idle_crowd", "head_of_line",
                                                          "slow_readers", "http", "churn", "fetch"),
                                          testing::Values("epoll", "thread_pool", "process_pool", "epoll_per_core")),
                         crossing_name);

TEST(PeerShardsOfFewClients, AreNoMoreThanTheClients) {
    for (const std::size_t clients : {1U, 2U}) {
        const std::string name = "echo/epoll/connections:" + std::to_string(clients) + "/requests:10";
        Harness harness{case_named(name), plan_with_three_peers()};
        harness.prepare();
        EXPECT_EQ(harness.peer_processes(), clients);
    }
}

// A model that forks would copy them in each child, and select would run out of numbers.
TEST(PeerShards, LeaveNoDescriptorInTheModelsProcess) {
    const auto open_with = [](const CpuPlan& cpus) {
        Harness harness{case_named("echo/epoll/connections:6/requests:60"), cpus};
        (void)harness.support();
        harness.prepare();
        return sys::open_descriptors();
    };
    EXPECT_EQ(open_with(plan_with_three_peers()), open_with(cpu_plan()));
}

TEST(PeerShards, OfPagesHaveEqualPartsOfTheConnections) {
    Harness harness{case_named("fetch/epoll/clients:30/pages:1/delay_ms:0"), plan_with_three_peers()};
    harness.prepare();
    harness.before_run();
    harness.run();
    EXPECT_EQ(harness.after_run().reason, "");
    const std::vector<sys::Nanoseconds> used = harness.peer_cpu_by_process();
    ASSERT_EQ(used.size(), processes);
    for (const sys::Nanoseconds one : used) EXPECT_GT(one.count(), 0);
}

TEST(PeerShardsCounting, SeesOnlyTheModel) {
    const Case what = case_named("echo/epoll/connections:6/requests:600");
    const Counts of_one = Harness{what, cpu_plan()}.count();
    const Counts of_three = Harness{what, plan_with_three_peers()}.count();
    EXPECT_EQ(of_three.units, 600U);
    if (!of_one.system_calls) GTEST_SKIP() << of_one.reason.data();
    // Two or three for each request, by how many requests one wait finds.
    EXPECT_GE(*of_three.system_calls, 1200);
    EXPECT_LE(*of_three.system_calls, 2400);
}

// A server that closes the third connection without an answer.
struct HangingUp : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int connection) {
        if (connection == 3) return std::make_unique<FinishedTask>(tasks::Finish{0});
        return served;
    }
};
constexpr workloads::Entry hanging_up = make_entry<OddEcho<HangingUp>>("hanging_up");

TEST(PeerShardsFailing, EndTogetherIfAClientOfOneFails) {
    Harness harness{case_of(hanging_up), plan_with_three_peers(), 2};
    harness.prepare();
    EXPECT_EQ(harness.peer_processes(), processes);
    harness.before_run();
    harness.run();
    EXPECT_FALSE(harness.after_run());
}

}  // namespace
}  // namespace bench
