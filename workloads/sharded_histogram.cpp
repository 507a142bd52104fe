#include "workloads/sharded_histogram.h"

namespace workloads {

std::uint64_t ShardedHistogram::count() const noexcept {
    std::uint64_t total = 0;
    for (const Histogram& shard : shards_) total += shard.count();
    return total;
}

std::unique_ptr<Histogram> ShardedHistogram::merged() const {
    auto all = std::make_unique<Histogram>();
    for (const Histogram& shard : shards_) all->add(shard);
    return all;
}

}  // namespace workloads
