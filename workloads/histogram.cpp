#include "workloads/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace workloads {

void Histogram::clear() noexcept {
    for (auto& count : counts_) count.store(0, std::memory_order_relaxed);
    max_ns_.store(0, std::memory_order_relaxed);
}

void Histogram::add(const Histogram& other) noexcept {
    for (std::size_t index = 0; index < counts_.size(); ++index) {
        counts_[index].fetch_add(other.counts_[index].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    max_ns_.store(std::max(max_ns(), other.max_ns()), std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const noexcept {
    std::uint64_t total = 0;
    for (const auto& count : counts_) total += count.load(std::memory_order_relaxed);
    return total;
}

std::uint64_t Histogram::quantile_ns(double fraction) const noexcept {
    assert(fraction >= 0 && fraction <= 1);
    const auto wanted = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count())));
    std::uint64_t seen = 0;
    for (std::size_t index = 0; index < counts_.size(); ++index) {
        seen += counts_[index].load(std::memory_order_relaxed);
        if (seen >= wanted && seen > 0) return std::min(highest_in(index), max_ns());
    }
    return max_ns();
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
    std::vector<Bucket> result;
    for (std::size_t index = 0; index < counts_.size(); ++index) {
        const std::uint64_t count = counts_[index].load(std::memory_order_relaxed);
        if (count > 0) result.push_back({highest_in(index), count});
    }
    return result;
}

}  // namespace workloads
