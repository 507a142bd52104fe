#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sys/clock.h"

namespace bench {

// How the work of a case is cut into slices. Found once for each case, and used in every set.
struct Slicing {
    std::uint64_t amount;     // of work in a slice: units of a window, or runs
    int slices;               // in a set
    sys::Nanoseconds length;  // about how long a slice takes
    // It would keep the others waiting for too long: it forms a block of its own, with the baseline.
    [[nodiscard]] bool is_slow() const noexcept;
};
using Slicings = std::map<std::string, Slicing>;  // by the name of the case

// Noise drifts over seconds, so short slices cancel it; but a slice must hold much more than a tick of the scheduler.
inline constexpr sys::Nanoseconds slice_length = std::chrono::milliseconds{25};

// A slice that was tried.
struct Try {
    std::uint64_t amount;
    sys::Nanoseconds took;   // what was timed of it
    sys::Nanoseconds whole;  // the whole turn: each run of a job is also prepared and verified
};
// A slice cannot have less work than `least`.
[[nodiscard]] Slicing make_slicing(const Try& tried, std::uint64_t least);
// The amount for the next try, if the last one was too short to tell how long the work takes; 0 if it was long enough.
[[nodiscard]] std::uint64_t next_try(const Try& tried);

}  // namespace bench
