#pragma once

#include <string_view>

#include "sys/cpu_set.h"
#include "workloads/workload.h"

namespace bench {

// Where model and peer run; it moves round trips more than any model does, so it is a parameter and is recorded.
enum class Placement {
    split,   // on CPUs of their own: the model is not disturbed by what measures it; the default
    shared,  // both on the same CPUs
    free,    // the scheduler decides
};
[[nodiscard]] std::string_view to_string(Placement placement) noexcept;
// Throws std::invalid_argument, with what there is.
[[nodiscard]] Placement parse_placement(std::string_view name);

// The CPUs of both sides. Every model gets the same ones: all of them for CPU work, the first half for I/O.
struct CpuSplit {
    sys::CpuSet model;
    sys::CpuSet peer;
};
[[nodiscard]] CpuSplit place(Placement placement, workloads::Group group, const sys::CpuSet& available);

}  // namespace bench
