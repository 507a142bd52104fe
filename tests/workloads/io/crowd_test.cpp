#include "workloads/io/crowd.h"

#include <gtest/gtest.h>

#include "sys/child_process.h"

namespace workloads {
namespace {

void answer(Crowd& crowd, std::size_t client, int times) {
    for (int i = 0; i < times; ++i) crowd.answered(client, 1000, 10);
}

TEST(Crowd, IsValidWhenEveryClientGotEverything) {
    Crowd crowd{3, 2};
    crowd.begin();
    for (std::size_t client = 0; client < 3; ++client) answer(crowd, client, 2);
    EXPECT_TRUE(crowd.verify());
    const Work work = crowd.work();
    EXPECT_EQ(work.units, 6U);
    EXPECT_EQ(work.bytes, 60U);
    ASSERT_TRUE(work.fairness);
    EXPECT_EQ(work.fairness->least, 2U);
    EXPECT_EQ(work.fairness->most, 2U);
    EXPECT_EQ(crowd.latency().count(), 6U);
}

TEST(Crowd, NamesTheStarvedOnes) {
    Crowd crowd{4, 3};
    crowd.begin();
    EXPECT_EQ(crowd.verify().reason, "4 of 4 connections did not get their 3 answers; the least got 0");
    answer(crowd, 0, 3);
    answer(crowd, 1, 2);
    answer(crowd, 2, 3);
    answer(crowd, 3, 1);
    EXPECT_EQ(crowd.verify().reason, "2 of 4 connections did not get their 3 answers; the least got 1");
    EXPECT_EQ(crowd.work().fairness->least, 1U);
    EXPECT_EQ(crowd.work().fairness->most, 3U);
}

TEST(Crowd, IsInvalidWhereAClientGotTooMuch) {
    Crowd crowd{2, 1};
    crowd.begin();
    answer(crowd, 0, 1);
    answer(crowd, 1, 2);
    EXPECT_FALSE(crowd.verify());
}

// Jain's index, taken when half of the answers are there.
double jain_of(const std::vector<int>& shares, std::uint64_t units_per_client) {
    Crowd crowd{shares.size(), units_per_client};
    crowd.begin();
    for (std::size_t client = 0; client < shares.size(); ++client) answer(crowd, client, shares[client]);
    return crowd.work().fairness->jain;
}

TEST(Crowd, MeasuresFairnessByJainsIndex) {
    EXPECT_DOUBLE_EQ(jain_of({2, 2, 2, 2}, 4), 1.0);
    // One of four got all.
    EXPECT_DOUBLE_EQ(jain_of({8, 0, 0, 0}, 4), 0.25);
    // k of n got the same, the rest nothing: k/n.
    EXPECT_DOUBLE_EQ(jain_of({4, 4, 0, 0}, 4), 0.5);
    EXPECT_DOUBLE_EQ(jain_of({1, 2, 3, 2}, 4), 64.0 / (4.0 * 18.0));
}

TEST(Crowd, TakesFairnessOnTheWayAndNotAtTheEnd) {
    Crowd crowd{2, 4};
    crowd.begin();
    answer(crowd, 0, 3);
    EXPECT_EQ(crowd.work().fairness->jain, 0) << "not half yet";
    answer(crowd, 1, 1);
    EXPECT_DOUBLE_EQ(crowd.work().fairness->jain, 16.0 / (2.0 * 10.0));
    answer(crowd, 0, 1);
    answer(crowd, 1, 3);
    EXPECT_DOUBLE_EQ(crowd.work().fairness->jain, 16.0 / (2.0 * 10.0));
}

TEST(Crowd, HalfOfAnOddNumberIsRoundedUp) {
    EXPECT_DOUBLE_EQ(jain_of({1}, 1), 1.0);
    EXPECT_DOUBLE_EQ(jain_of({1, 1, 0}, 1), 2.0 / 3.0);
}

TEST(Crowd, BeginForgetsTheRunBeforeButNotLatenciesAndConnections) {
    Crowd crowd{1, 1};
    EXPECT_EQ(crowd.next_connection(), 0U);
    crowd.tickets().store(7);
    answer(crowd, 0, 1);
    crowd.begin();
    EXPECT_EQ(crowd.work().units, 0U);
    EXPECT_EQ(crowd.work().bytes, 0U);
    EXPECT_EQ(crowd.work().fairness->most, 0U);
    EXPECT_EQ(crowd.work().fairness->jain, 0.0);
    EXPECT_EQ(crowd.tickets().load(), 0U);
    EXPECT_EQ(crowd.next_connection(), 1U);
    EXPECT_EQ(crowd.latency().count(), 1U);
}

TEST(Crowd, IsSharedWithOtherProcesses) {
    Crowd crowd{2, 5};
    crowd.begin();
    auto child = sys::ChildProcess::fork([&] {
        answer(crowd, 1, 5);
        (void)crowd.next_connection();
    });
    answer(crowd, 0, 5);
    ASSERT_EQ(child.wait(), 0);
    EXPECT_TRUE(crowd.verify());
    EXPECT_EQ(crowd.latency().count(), 10U);
    EXPECT_EQ(crowd.next_connection(), 1U);
}

}  // namespace
}  // namespace workloads
