#include "workloads/io/arrivals.h"

#include <cassert>
#include <cmath>
#include <random>

namespace workloads {

Arrivals::Arrivals(std::int64_t rate, Spacing spacing, std::uint64_t requests)
    : mean_gap_ns_{1e9 / static_cast<double>(rate)} {
    assert(rate > 0 && requests > 0);
    if (spacing == Spacing::even) return;
    // The standard says which numbers this engine gives. It does not say so of std::exponential_distribution.
    std::mt19937_64 engine;
    double sum = 0;
    offsets_ns_.reserve(requests);
    for (std::uint64_t number = 0; number < requests; ++number) {
        offsets_ns_.push_back(sum);
        const double uniform = static_cast<double>(engine() >> 11) * 0x1p-53;  // in [0, 1)
        sum -= std::log1p(-uniform);
    }
    const double stretch = static_cast<double>(requests) * mean_gap_ns_ / sum;
    for (double& offset : offsets_ns_) offset *= stretch;
}

sys::Nanoseconds Arrivals::offset(std::uint64_t number) const noexcept {
    double offset_ns = static_cast<double>(number) * mean_gap_ns_;
    if (!offsets_ns_.empty()) {
        const std::uint64_t place = number % offsets_ns_.size();
        offset_ns = static_cast<double>(number - place) * mean_gap_ns_ + offsets_ns_[place];
    }
    return sys::Nanoseconds{static_cast<std::int64_t>(offset_ns)};
}

}  // namespace workloads
