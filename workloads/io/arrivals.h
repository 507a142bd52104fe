#pragma once

#include <cstdint>
#include <vector>

#include "sys/clock.h"

namespace workloads {

// When the requests of an open loop are due, counted from the opening of their window. It is the same for every window
// and every model.
class Arrivals {
public:
    enum class Spacing {
        even,  // request n is due at n/rate
        // The gaps are independent of each other, as if many users sent who do not know of each other (a Poisson
        // process). They are drawn with a fixed seed, and stretched so that the requests of a window come at `rate`.
        exponential,
    };

    // `rate`: requests/s. `requests`: of a window. Neither is 0.
    Arrivals(std::int64_t rate, Spacing spacing, std::uint64_t requests);

    // Request 0 is due at once. A window may have more requests than was said: then the gaps begin again.
    [[nodiscard]] sys::Nanoseconds offset(std::uint64_t number) const noexcept;

private:
    double mean_gap_ns_;
    std::vector<double> offsets_ns_;  // of exponential gaps; empty for even ones
};

}  // namespace workloads
