#include "workloads/io/client_statistics.h"

#include <gtest/gtest.h>

#include "sys/child_process.h"

namespace workloads {
namespace {

void answer(ClientStatistics& statistics, std::size_t client, int times) {
    for (int i = 0; i < times; ++i) statistics.answered(client, 1000, 10);
}

TEST(ClientStatistics, IsValidWhenEveryClientGotEverything) {
    ClientStatistics statistics{3, 2};
    statistics.begin();
    for (std::size_t client = 0; client < 3; ++client) answer(statistics, client, 2);
    EXPECT_TRUE(statistics.verify());
    const Work work = statistics.work();
    EXPECT_EQ(work.units, 6U);
    EXPECT_EQ(work.bytes, 60U);
    ASSERT_TRUE(work.fairness);
    EXPECT_EQ(work.fairness->least, 2U);
    EXPECT_EQ(work.fairness->most, 2U);
    EXPECT_EQ(statistics.latency().count(), 6U);
}

TEST(ClientStatistics, CountsTheClientsThatGotTooLittle) {
    ClientStatistics statistics{4, 3};
    statistics.begin();
    EXPECT_EQ(statistics.verify().reason, "4 of 4 connections did not get their 3 answers; the least got 0");
    answer(statistics, 0, 3);
    answer(statistics, 1, 2);
    answer(statistics, 2, 3);
    answer(statistics, 3, 1);
    EXPECT_EQ(statistics.verify().reason, "2 of 4 connections did not get their 3 answers; the least got 1");
    EXPECT_EQ(statistics.work().fairness->least, 1U);
    EXPECT_EQ(statistics.work().fairness->most, 3U);
}

TEST(ClientStatistics, IsInvalidIfAClientGotTooMuch) {
    ClientStatistics statistics{2, 1};
    statistics.begin();
    answer(statistics, 0, 1);
    answer(statistics, 1, 2);
    EXPECT_FALSE(statistics.verify());
}

// Jain's index when half of the answers are there. `shares`: answers of each client, in the order of the clients.
double jain_of(const std::vector<int>& shares, std::uint64_t units_per_client) {
    ClientStatistics statistics{shares.size(), units_per_client};
    statistics.begin();
    for (std::size_t client = 0; client < shares.size(); ++client) answer(statistics, client, shares[client]);
    return statistics.work().fairness->jain;
}

TEST(ClientStatistics, MeasuresFairnessByJainsIndex) {
    EXPECT_DOUBLE_EQ(jain_of({2, 2, 2, 2}, 4), 1.0);
    // One of four clients got all answers.
    EXPECT_DOUBLE_EQ(jain_of({8, 0, 0, 0}, 4), 0.25);
    // k of n clients got the same, and the others nothing: k/n.
    EXPECT_DOUBLE_EQ(jain_of({4, 4, 0, 0}, 4), 0.5);
    EXPECT_DOUBLE_EQ(jain_of({1, 2, 3, 2}, 4), 64.0 / (4.0 * 18.0));
}

TEST(ClientStatistics, MeasuresFairnessAtHalfOfTheAnswers) {
    ClientStatistics statistics{2, 4};
    statistics.begin();
    answer(statistics, 0, 3);
    EXPECT_EQ(statistics.work().fairness->jain, 0) << "less than half of the answers are there";
    answer(statistics, 1, 1);
    EXPECT_DOUBLE_EQ(statistics.work().fairness->jain, 16.0 / (2.0 * 10.0));
    answer(statistics, 0, 1);
    answer(statistics, 1, 3);
    EXPECT_DOUBLE_EQ(statistics.work().fairness->jain, 16.0 / (2.0 * 10.0));
}

TEST(ClientStatistics, HalfOfAnOddNumberIsRoundedUp) {
    EXPECT_DOUBLE_EQ(jain_of({1}, 1), 1.0);
    EXPECT_DOUBLE_EQ(jain_of({1, 1, 0}, 1), 2.0 / 3.0);
}

TEST(ClientStatistics, BeginClearsEverythingButLatenciesAndConnectionNumbers) {
    ClientStatistics statistics{1, 1};
    EXPECT_EQ(statistics.next_connection(), 0U);
    statistics.tickets().store(7);
    answer(statistics, 0, 1);
    statistics.begin();
    EXPECT_EQ(statistics.work().units, 0U);
    EXPECT_EQ(statistics.work().bytes, 0U);
    EXPECT_EQ(statistics.work().fairness->most, 0U);
    EXPECT_EQ(statistics.work().fairness->jain, 0.0);
    EXPECT_EQ(statistics.tickets().load(), 0U);
    EXPECT_EQ(statistics.next_connection(), 1U);
    EXPECT_EQ(statistics.latency().count(), 1U);
}

TEST(ClientStatistics, IsSharedWithOtherProcesses) {
    ClientStatistics statistics{2, 5};
    statistics.begin();
    auto child = sys::ChildProcess::fork([&] {
        answer(statistics, 1, 5);
        (void)statistics.next_connection();
    });
    answer(statistics, 0, 5);
    ASSERT_EQ(child.wait(), 0);
    EXPECT_TRUE(statistics.verify());
    EXPECT_EQ(statistics.latency().count(), 10U);
    EXPECT_EQ(statistics.next_connection(), 1U);
}

}  // namespace
}  // namespace workloads
