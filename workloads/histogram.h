#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace workloads {

// A log-linear histogram of times, HdrHistogram's bucket scheme: every power of two is cut into 128 equal buckets, so
// that a value is known to 1/128 (0.8 %) whatever its size, from 1 ns to 18 minutes (longer ones count as that).
//
//   value:  1xxx xxxx ........   the leading one and the next 7 bits choose the bucket inside the power of two
//           |<-- 8 -->|<shift>|  the rest is forgotten
//
// Lies in shared memory and may be recorded into by any thread or process. Zeroed memory is an empty histogram.
class Histogram {
public:
    struct Bucket {
        std::uint64_t highest_ns;  // highest value that falls into it
        std::uint64_t count;
    };

    void record(std::int64_t value_ns) noexcept {
        const std::uint64_t value = value_ns < 0 ? 0 : static_cast<std::uint64_t>(value_ns);
        counts_[index_of(value)].fetch_add(1, std::memory_order_relaxed);
        std::uint64_t highest = max_ns_.load(std::memory_order_relaxed);
        while (value > highest && !max_ns_.compare_exchange_weak(highest, value, std::memory_order_relaxed)) {
        }
    }
    void clear() noexcept;

    // The rest is for when nobody records.
    [[nodiscard]] std::uint64_t count() const noexcept;
    // Exact, not rounded to a bucket; 0 for an empty histogram.
    [[nodiscard]] std::uint64_t max_ns() const noexcept { return max_ns_.load(std::memory_order_relaxed); }
    // The smallest value that `fraction` of all values do not exceed, rounded up to its bucket's end (and never
    // beyond the maximum); 0 for an empty histogram.
    [[nodiscard]] std::uint64_t quantile_ns(double fraction) const noexcept;
    // The buckets that hold something, ascending.
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
