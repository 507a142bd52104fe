#pragma once

#include <string_view>

#include "sys/cpu_set.h"
#include "workloads/workload.h"

namespace bench {

// The CPUs of model and peer. They change round-trip times more than any model does, so every document records them.
enum class Placement {
    split,   // each on its own CPUs, so that the peer does not disturb the model; the default
    shared,  // both on the same CPUs
    free,    // the scheduler decides
};
[[nodiscard]] std::string_view to_string(Placement placement) noexcept;
// Throws std::invalid_argument with a message that lists the placements.
[[nodiscard]] Placement parse_placement(std::string_view name);

// The CPUs of both sides, the same for every model: all CPUs for CPU work, the first half for I/O. `available` must not
// be empty.
struct CpuSplit {
    sys::CpuSet model;
    sys::CpuSet peer;
};
[[nodiscard]] CpuSplit place(Placement placement, workloads::Group group, const sys::CpuSet& available);

}  // namespace bench
