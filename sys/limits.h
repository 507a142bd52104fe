#pragma once

#include <cstddef>

namespace sys {

// Raises the soft limit of open descriptors to the hard limit, and returns it. Throws std::system_error.
std::size_t raise_descriptor_limit();
// How many processes and threads this user may have: the smallest of RLIMIT_NPROC, kernel.pid_max, kernel.threads-max
// and pids.max of the control groups. Processes that run already are not subtracted. Throws std::system_error.
[[nodiscard]] std::size_t process_limit();
// How many mappings a process may have (vm.max_map_count), and how many this one has.
[[nodiscard]] std::size_t mapping_limit();
[[nodiscard]] std::size_t mappings();
// How many descriptors this process has open.
[[nodiscard]] std::size_t open_descriptors();

}  // namespace sys
