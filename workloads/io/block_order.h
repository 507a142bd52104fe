#pragma once

#include <cmath>
#include <cstddef>
#include <numeric>

#include "tasks/ledger.h"

namespace workloads {

// Which block comes in which turn, and which blocks are written instead of read.
class BlockOrder {
public:
    BlockOrder(std::size_t blocks, std::size_t write_percent) : blocks_{blocks}, write_percent_{write_percent} {
        // Without a common divisor, each block comes once. The golden ratio keeps neighbours apart.
        stride_ = static_cast<std::size_t>(std::llround(static_cast<double>(blocks) * 0.618));
        while (std::gcd(stride_, blocks_) != 1) ++stride_;
    }
    [[nodiscard]] std::size_t block(std::size_t turn) const noexcept { return (turn * stride_ + 1) % blocks_; }
    [[nodiscard]] bool is_written(std::size_t block) const noexcept {
        return tasks::mix(write_percent_, block) % 100 < write_percent_;
    }

private:
    std::size_t blocks_;
    std::size_t write_percent_;
    std::size_t stride_;
};

}  // namespace workloads
