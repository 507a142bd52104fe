#include "workloads/sharded_histogram.h"

#include <gtest/gtest.h>

namespace workloads {
namespace {

TEST(ShardedHistogram, IsReadAsOne) {
    ShardedHistogram times;
    times.divide(3);
    times.shard(0).record(10);
    times.shard(2).record(30);
    times.shard(2).record(20);
    EXPECT_EQ(times.count(), 3U);
    const auto merged = times.merged();
    EXPECT_EQ(merged->count(), 3U);
    EXPECT_EQ(merged->max_ns(), 30U);
    EXPECT_EQ(merged->quantile_ns(0.5), 20U);
    EXPECT_EQ(merged->quantile_ns(0), 10U);
}

TEST(ShardedHistogram, IsClearedWhole) {
    ShardedHistogram times;
    times.divide(2);
    for (const std::size_t shard : {0U, 1U}) times.shard(shard).record(5);
    times.clear();
    EXPECT_EQ(times.count(), 0U);
    EXPECT_EQ(times.merged()->max_ns(), 0U);
}

TEST(ShardedHistogram, HasOneShardAtFirst) {
    ShardedHistogram times;
    times.shard(0).record(7);
    EXPECT_EQ(times.count(), 1U);
}

}  // namespace
}  // namespace workloads
