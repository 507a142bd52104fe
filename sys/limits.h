#pragma once

#include <cstddef>

namespace sys {

// Descriptors that this process may have open: the hard limit, to which the soft one is raised.
std::size_t raise_descriptor_limit();
// Processes and threads that this user may still have at once: the least of RLIMIT_NPROC, kernel.pid_max,
// kernel.threads-max and the control group's pids.max. What runs already is not taken off.
[[nodiscard]] std::size_t process_limit();
// The descriptors open now, of this process.
[[nodiscard]] std::size_t open_descriptors();

}  // namespace sys
