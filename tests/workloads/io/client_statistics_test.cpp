#include "workloads/io/client_statistics.h"

#include <gtest/gtest.h>

#include "sys/child_process.h"

namespace workloads {
namespace {

using sys::Nanoseconds;

TEST(ClientStatistics, CountsAnswersAndTimes) {
    ClientStatistics statistics;
    statistics.begin();
    statistics.answered(0, Nanoseconds{100}, 10);
    statistics.answered(0, Nanoseconds{200}, 20);
    EXPECT_EQ(statistics.work().units, 2U);
    EXPECT_EQ(statistics.work().bytes, 30U);
    EXPECT_EQ(statistics.progress(), 2U);
    EXPECT_EQ(statistics.latency().count(), 2U);
    EXPECT_EQ(statistics.latency().merged()->max_ns(), 200U);
    EXPECT_EQ(statistics.latency_uncorrected().count(), 0U);
}

TEST(ClientStatistics, HasNoFairness) {
    ClientStatistics statistics;
    statistics.answered(0, Nanoseconds{1}, 1);
    EXPECT_FALSE(statistics.work().fairness) << "each client of a run has the same number of requests";
}

TEST(ClientStatistics, BeginClearsEverythingButLatenciesAndConnectionNumbers) {
    ClientStatistics statistics;
    EXPECT_EQ(statistics.next_connection(), 0U);
    statistics.answered(0, Nanoseconds{1}, 1);
    statistics.begin();
    EXPECT_EQ(statistics.work().units, 0U);
    EXPECT_EQ(statistics.work().bytes, 0U);
    EXPECT_EQ(statistics.progress(), 0U);
    EXPECT_EQ(statistics.next_connection(), 1U);
    EXPECT_EQ(statistics.latency().count(), 1U);
}

TEST(ClientStatistics, IsSharedWithOtherProcesses) {
    ClientStatistics statistics;
    statistics.begin();
    auto child = sys::ChildProcess::fork([&] {
        statistics.answered(0, Nanoseconds{1}, 10);
        statistics.latency_of_others().shard(0).record(1);
        statistics.latency_uncorrected().shard(0).record(1);
        (void)statistics.next_connection();
    });
    statistics.answered(0, Nanoseconds{1}, 10);
    ASSERT_EQ(child.wait(), 0);
    EXPECT_EQ(statistics.work().units, 2U);
    EXPECT_EQ(statistics.work().bytes, 20U);
    EXPECT_EQ(statistics.latency().count(), 2U);
    EXPECT_EQ(statistics.latency_of_others().count(), 1U);
    EXPECT_EQ(statistics.latency_uncorrected().count(), 1U);
    EXPECT_EQ(statistics.next_connection(), 1U);
}

TEST(ClientStatistics, AreTheSumOfTheShards) {
    ClientStatistics statistics;
    statistics.divide(3);
    statistics.begin();
    statistics.answered(0, Nanoseconds{10}, 1);
    statistics.answered(2, Nanoseconds{30}, 5);
    EXPECT_EQ(statistics.work().units, 2U);
    EXPECT_EQ(statistics.work().bytes, 6U);
    EXPECT_EQ(statistics.progress(), 2U);
    EXPECT_EQ(statistics.latency().merged()->max_ns(), 30U);
    statistics.begin();
    EXPECT_EQ(statistics.work().units, 0U);
}

}  // namespace
}  // namespace workloads
