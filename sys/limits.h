#pragma once

#include <cstddef>
#include <filesystem>

#include "sys/control_group.h"

namespace sys {

// Raises the soft limit of open descriptors to the hard limit, and returns it. Throws std::system_error.
std::size_t raise_descriptor_limit();
// How many processes and threads this user may have: the smallest of RLIMIT_NPROC, kernel.pid_max, kernel.threads-max
// and pids.max of the control groups. Processes that run already are not subtracted. Throws std::system_error.
[[nodiscard]] std::size_t process_limit();
// How many mappings a process may have (vm.max_map_count), and how many this one has.
[[nodiscard]] std::size_t mapping_limit();
[[nodiscard]] std::size_t mappings();
// How many bytes of memory this process and its children can still use: what the machine has free (MemAvailable), or
// what is left below the memory limit of a control group, without pages that the kernel drops when it needs them. The
// largest number if nothing tells.
[[nodiscard]] std::size_t available_memory();
[[nodiscard]] std::size_t available_memory(const ControlGroups& of_memory, const std::filesystem::path& meminfo);
// How many descriptors this process has open.
[[nodiscard]] std::size_t open_descriptors();

}  // namespace sys
