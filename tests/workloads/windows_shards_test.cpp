// A quota from which several processes draw.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();

class WindowsOfShards : public testing::Test {
protected:
    // Opens the first window.
    void open() {
        windows_.divide(shards);
        windows_.begin();
        for (std::size_t client = 0; client < clients; ++client) (void)windows_.arrive({});
        windows_.turn();
    }
    std::vector<std::uint64_t> drawn_by(std::size_t shard, std::size_t count, std::uint64_t batch_most = any) {
        std::vector<std::uint64_t> numbers;
        for (std::size_t i = 0; i < count; ++i) {
            if (const auto number = windows_.draw(shard, batch_most)) numbers.push_back(*number);
        }
        return numbers;
    }

    static constexpr std::size_t clients = 8;
    static constexpr std::size_t shards = 4;
    static constexpr std::uint64_t units = 1000;
    Windows windows_{clients, units};
};

TEST_F(WindowsOfShards, EachUnitIsDrawnOnce) {
    open();
    std::vector<std::uint64_t> numbers;
    // One after another, until none has any.
    for (bool any_left = true; any_left;) {
        any_left = false;
        for (std::size_t shard = 0; shard < shards; ++shard) {
            const auto drawn = drawn_by(shard, 3);
            numbers.insert(numbers.end(), drawn.begin(), drawn.end());
            any_left = any_left || !drawn.empty();
        }
    }
    std::ranges::sort(numbers);
    std::vector<std::uint64_t> all(units - clients);
    std::iota(all.begin(), all.end(), clients);
    EXPECT_EQ(numbers, all);
}

TEST_F(WindowsOfShards, ABatchIsHalfOfTheFairShareOfWhatIsLeft) {
    open();
    const std::uint64_t drawable = units - clients;
    const std::uint64_t first_batch = drawable / shards / 2;
    EXPECT_EQ(drawn_by(0, 1), (std::vector<std::uint64_t>{clients}));
    EXPECT_EQ(drawn_by(1, 1), (std::vector<std::uint64_t>{clients + first_batch})) << "behind the batch of shard 0";
    const std::uint64_t second_batch = (drawable - first_batch) / shards / 2;
    EXPECT_LT(second_batch, first_batch);
    EXPECT_EQ(drawn_by(2, 1), (std::vector<std::uint64_t>{clients + first_batch + second_batch}));
}

TEST_F(WindowsOfShards, TheLastUnitsAreDrawnOneByOne) {
    open();
    // Shard 0 takes all but the last few.
    const auto most = drawn_by(0, units - clients - 4);
    ASSERT_EQ(most.size(), units - clients - 4);
    for (std::size_t shard = 0; shard < shards; ++shard) EXPECT_EQ(drawn_by(shard, 1).size(), 1U) << shard;
    for (std::size_t shard = 0; shard < shards; ++shard) EXPECT_TRUE(drawn_by(shard, 1).empty()) << shard;
}

TEST_F(WindowsOfShards, BatchesOfOneKeepTheOrderOfRequestsAtFixedTimes) {
    open();
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < 12; ++i) numbers.push_back(drawn_by(i % shards, 1, 1).at(0));
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    EXPECT_EQ(numbers.back() - numbers.front(), 11U);
}

TEST_F(WindowsOfShards, ABatchEndsWithTheRun) {
    open();
    EXPECT_EQ(drawn_by(0, 1).size(), 1U);
    open();
    EXPECT_EQ(drawn_by(1, 1), (std::vector<std::uint64_t>{clients})) << "nobody has drawn in this run";
}

TEST_F(WindowsOfShards, NothingIsDrawnAfterAFailure) {
    open();
    EXPECT_EQ(drawn_by(0, 1).size(), 1U);
    (void)windows_.fail();
    EXPECT_TRUE(drawn_by(0, 1).empty());
}

TEST(WindowsWithoutAUnitToDraw, GiveNone) {
    Windows windows{3, 3};
    windows.divide(2);
    windows.begin();
    for (int client = 0; client < 3; ++client) (void)windows.arrive({});
    windows.turn();
    EXPECT_EQ(windows.draw(0, any), std::nullopt);
    EXPECT_EQ(windows.draw(1, any), std::nullopt);
}

}  // namespace
}  // namespace workloads
