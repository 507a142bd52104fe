#include "tasks/ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <thread>
#include <vector>

#include "sys/child_process.h"

namespace tasks {
namespace {

TEST(Ledger, IsEmptyAtFirst) {
    const Ledger ledger{3};
    EXPECT_EQ(ledger.roots(), 3U);
    for (std::size_t index = 0; index < 3; ++index) {
        EXPECT_EQ(ledger.times_finished(index), 0U);
        EXPECT_EQ(ledger.digest(index), 0U);
    }
    EXPECT_EQ(ledger.spawned_finished(), 0U);
    EXPECT_EQ(ledger.spawned_digest_sum(), 0U);
    EXPECT_EQ(ledger.failures(), 0U);
    EXPECT_EQ(ledger.first_error(), 0);
}

TEST(Ledger, MayHaveNoRoots) {
    Ledger ledger{0};
    EXPECT_EQ(ledger.roots(), 0U);
    ledger.finish(TaskId::spawned, {5});
    EXPECT_EQ(ledger.spawned_finished(), 1U);
}

TEST(Ledger, KeepsEachRootsDigestApart) {
    Ledger ledger{3};
    ledger.finish(root(2), {22});
    ledger.finish(root(0), {20});
    EXPECT_EQ(ledger.digest(0), 20U);
    EXPECT_EQ(ledger.digest(1), 0U);
    EXPECT_EQ(ledger.digest(2), 22U);
    EXPECT_EQ(ledger.times_finished(1), 0U);
    EXPECT_EQ(ledger.times_finished(2), 1U);
    EXPECT_EQ(ledger.spawned_finished(), 0U);
}

TEST(Ledger, CountsARootThatFinishesTwice) {
    Ledger ledger{1};
    ledger.finish(root(0), {1});
    ledger.finish(root(0), {1});
    EXPECT_EQ(ledger.times_finished(0), 2U);
}

TEST(Ledger, AddsSpawnedDigestsInAnyOrder) {
    std::vector<std::uint64_t> digests{1, ~std::uint64_t{0}, 7, std::uint64_t{1} << 63};
    Ledger forwards{0};
    for (const std::uint64_t digest : digests) forwards.finish(TaskId::spawned, {digest});
    std::ranges::reverse(digests);
    Ledger backwards{0};
    for (const std::uint64_t digest : digests) backwards.finish(TaskId::spawned, {digest});
    EXPECT_EQ(forwards.spawned_finished(), 4U);
    EXPECT_EQ(forwards.spawned_digest_sum(), 7 + (std::uint64_t{1} << 63));
    EXPECT_EQ(forwards.spawned_digest_sum(), backwards.spawned_digest_sum());
}

TEST(Ledger, CountsFailuresOfBothKindsAndKeepsTheFirstError) {
    Ledger ledger{2};
    ledger.finish(root(0), {0, -EPIPE});
    ledger.finish(TaskId::spawned, {0, -ENOENT});
    ledger.finish(root(1), {9});
    EXPECT_EQ(ledger.failures(), 2U);
    EXPECT_EQ(ledger.first_error(), -EPIPE);
    // Tasks that failed have finished too.
    EXPECT_EQ(ledger.times_finished(0), 1U);
    EXPECT_EQ(ledger.spawned_finished(), 1U);
}

TEST(Ledger, ClearForgetsEverything) {
    Ledger ledger{1};
    ledger.finish(root(0), {5, -EIO});
    ledger.finish(TaskId::spawned, {6});
    ledger.clear();
    EXPECT_EQ(ledger.digest(0), 0U);
    EXPECT_EQ(ledger.times_finished(0), 0U);
    EXPECT_EQ(ledger.spawned_finished(), 0U);
    EXPECT_EQ(ledger.spawned_digest_sum(), 0U);
    EXPECT_EQ(ledger.failures(), 0U);
    EXPECT_EQ(ledger.first_error(), 0);
    ledger.finish(root(0), {1, -ENOENT});
    EXPECT_EQ(ledger.first_error(), -ENOENT);
}

constexpr std::size_t roots = 100;

void finish_many(Ledger& ledger, std::size_t first) {
    for (std::size_t index = first; index < roots; index += 2) {
        ledger.finish(root(index), {index});
        ledger.finish(TaskId::spawned, {index});
    }
}

void expect_all(const Ledger& ledger) {
    for (std::size_t index = 0; index < roots; ++index) {
        EXPECT_EQ(ledger.times_finished(index), 1U);
        EXPECT_EQ(ledger.digest(index), index);
    }
    EXPECT_EQ(ledger.spawned_finished(), roots);
    EXPECT_EQ(ledger.spawned_digest_sum(), roots * (roots - 1) / 2);
}

TEST(Ledger, IsFilledByProcessesAtOnce) {
    Ledger ledger{roots};
    auto child = sys::ChildProcess::fork([&] { finish_many(ledger, 0); });
    finish_many(ledger, 1);
    ASSERT_EQ(child.wait(), 0);
    expect_all(ledger);
}

TEST(Ledger, IsFilledByThreadsAtOnce) {
    Ledger ledger{roots};
    {
        const std::jthread other{[&] { finish_many(ledger, 0); }};
        finish_many(ledger, 1);
    }
    expect_all(ledger);
}

TEST(Mix, DiffersWhenEitherNumberDoes) {
    std::vector<std::uint64_t> digests;
    for (std::uint64_t a = 0; a < 64; ++a) {
        for (std::uint64_t b = 0; b < 64; ++b) digests.push_back(mix(a, b));
    }
    std::ranges::sort(digests);
    EXPECT_EQ(std::ranges::adjacent_find(digests), digests.end());
}

TEST(Mix, IsSplitmix64) {
    // The first number that the generator returns for seed 0.
    static_assert(mix(0, 0) == 0xe220a8397b1dcdafULL);
    EXPECT_NE(mix(1, 2), mix(2, 1));
}

}  // namespace
}  // namespace tasks
