#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "sys/shared_memory.h"
#include "workloads/histogram.h"

namespace workloads {

// A histogram in shared memory, in parts: each process of a peer records into its own, so that they do not write to the
// same cache lines. Whoever reads it sees one histogram.
class ShardedHistogram {
public:
    // Both throw std::system_error. divide() is called before any process that records is forked, and clears it.
    ShardedHistogram() = default;
    void divide(std::size_t shards) { shards_ = sys::SharedArray<Histogram>{shards}; }

    [[nodiscard]] Histogram& shard(std::size_t index) noexcept { return shards_[index]; }

    // These only while no process records.
    void clear() noexcept {
        for (Histogram& shard : shards_) shard.clear();
    }
    [[nodiscard]] std::uint64_t count() const noexcept;
    // All shards in one.
    [[nodiscard]] std::unique_ptr<Histogram> merged() const;

private:
    sys::SharedArray<Histogram> shards_{1};
};

}  // namespace workloads
