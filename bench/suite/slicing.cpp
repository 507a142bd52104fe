#include "bench/suite/slicing.h"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

constexpr sys::Nanoseconds slow = std::chrono::milliseconds{100};
constexpr int slices_most = 6;
// All slices of a set together take no longer, unless there is only one: long slices need not be many.
constexpr sys::Nanoseconds set_length_most = std::chrono::milliseconds{250};

// To prepare and verify runs that take a microsecond takes longer than the runs themselves. The whole turn is no longer
// than this: then less of it is timed.
constexpr sys::Nanoseconds turn_length = 2 * slice_length;

double per(sys::Nanoseconds length, sys::Nanoseconds took) {
    return static_cast<double>(length.count()) / static_cast<double>(std::max<std::int64_t>(1, took.count()));
}

// How many times as much work fits into a slice.
double room(const Try& tried) { return std::min(per(slice_length, tried.took), per(turn_length, tried.whole)); }

}  // namespace

bool Slicing::is_slow() const noexcept { return length > slow; }

Slicing make_slicing(const Try& tried, std::uint64_t least) {
    const double wanted = std::round(static_cast<double>(tried.amount) * room(tried));
    const auto chosen = static_cast<std::uint64_t>(std::max(static_cast<double>(least), wanted));
    const double share = static_cast<double>(chosen) / static_cast<double>(tried.amount);
    const sys::Nanoseconds length{static_cast<std::int64_t>(share * static_cast<double>(tried.took.count()))};
    const auto slices = static_cast<int>(std::clamp(per(set_length_most, length), 1.0, double{slices_most}));
    return {chosen, slices, length};
}

std::uint64_t next_try(const Try& tried) {
    const double factor = room(tried);
    if (factor <= 2.0) return 0;
    // The first tries also warm up caches and tables, so they say little: no more than sixteen times as much at once.
    return static_cast<std::uint64_t>(std::ceil(static_cast<double>(tried.amount) * std::min(factor, 16.0)));
}

}  // namespace bench
