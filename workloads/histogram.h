#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace workloads {

// A log-linear histogram of times, with the buckets of HdrHistogram: each power of two has 128 buckets of equal width.
// So the error of a value is at most 1/128 (0.8 %), from 1 ns to 18 minutes; longer times count as 18 minutes.
//
//   value:  1xxx xxxx ........   the leading 1 and the next 7 bits choose the bucket
//           |<-- 8 -->|<shift>|  the other bits are dropped
//
// Any thread or process may record into it, if it lies in shared memory. Zeroed memory is an empty histogram.
class Histogram {
public:
    struct Bucket {
        std::uint64_t highest_ns;  // the highest value that belongs to the bucket
        std::uint64_t count;
    };

    // A negative value counts as 0.
    void record(std::int64_t value_ns) noexcept {
        const std::uint64_t value = value_ns < 0 ? 0 : static_cast<std::uint64_t>(value_ns);
        counts_[index_of(value)].fetch_add(1, std::memory_order_relaxed);
        std::uint64_t highest = max_ns_.load(std::memory_order_relaxed);
        while (value > highest && !max_ns_.compare_exchange_weak(highest, value, std::memory_order_relaxed)) {
        }
    }

    // The functions below only while no other thread or process records.
    void clear() noexcept;
    // Adds all values of another histogram.
    void add(const Histogram& other) noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept;
    // The exact value, not the bucket's; 0 for an empty histogram.
    [[nodiscard]] std::uint64_t max_ns() const noexcept { return max_ns_.load(std::memory_order_relaxed); }
    // The smallest value that is not exceeded by `fraction` (0 to 1) of all values, rounded up to the end of its
    // bucket, but not above the maximum. 0 for an empty histogram.
    [[nodiscard]] std::uint64_t quantile_ns(double fraction) const noexcept;
    // The buckets that are not empty, in ascending order.
    [[nodiscard]] std::vector<Bucket> buckets() const;

private:
    static constexpr int sub_bits = 7;
    static constexpr int value_bits = 40;
    static constexpr std::size_t sub_buckets = std::size_t{1} << sub_bits;
    static constexpr std::size_t bucket_count = sub_buckets * (value_bits - sub_bits + 1);

    [[nodiscard]] static constexpr std::size_t index_of(std::uint64_t value) noexcept {
        if (value >> value_bits != 0) return bucket_count - 1;
        if (value < 2 * sub_buckets) return value;
        const auto shift = static_cast<std::size_t>(std::bit_width(value)) - (sub_bits + 1);
        return shift * sub_buckets + (value >> shift);
    }
    [[nodiscard]] static constexpr std::uint64_t highest_in(std::size_t index) noexcept {
        if (index < 2 * sub_buckets) return index;
        const std::size_t shift = index / sub_buckets - 1;
        return ((index - shift * sub_buckets + 1) << shift) - 1;
    }

    std::array<std::atomic<std::uint64_t>, bucket_count> counts_{};
    std::atomic<std::uint64_t> max_ns_{};
};

}  // namespace workloads
