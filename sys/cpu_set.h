#pragma once

#include <vector>

namespace sys {

// CPU numbers, ascending.
using CpuSet = std::vector<int>;
// CPU numbers are below it: Linux has at most so many CPUs.
inline constexpr int cpus_max = 8192;

// The CPUs on which the calling thread may run. In a container or under taskset these are fewer than the machine has.
[[nodiscard]] CpuSet current_affinity();
// Restricts the calling thread, and all threads and processes that it starts from now on, to these CPUs. Throws
// std::system_error if none of them exists or is allowed.
void set_affinity(const CpuSet& cpus);

}  // namespace sys
