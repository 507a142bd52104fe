#pragma once

#include <vector>

namespace sys {

// CPU numbers, ascending.
using CpuSet = std::vector<int>;

// The CPUs that the calling thread may run on: the quota's affinity, not the machine's hardware threads.
[[nodiscard]] CpuSet current_affinity();
// For the calling thread and all that it starts from now on, children included. Throws std::system_error.
void set_affinity(const CpuSet& cpus);

}  // namespace sys
