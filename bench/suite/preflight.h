#pragma once

#include <filesystem>

#include "bench/suite/plan.h"

namespace bench {

// Checks before a run. All throw UsageError, with a message of one line that says what to do.

// The plan's binaries exist.
void require_binaries(const std::filesystem::path& folder, const Plan& plan);
[[nodiscard]] std::filesystem::path binary_path(const std::filesystem::path& folder, workloads::Group group);

// The hard limit suffices. Raises the soft limit to it; child processes inherit that.
void require_descriptors(const Plan& plan);

// The output of a new run: `output`, or else a new file in results/local (makes that folder). A file that holds
// something is never overwritten; a pipe, a device or an empty file is written into.
[[nodiscard]] std::filesystem::path new_output(const std::filesystem::path& output);
void require_writable_output(const std::filesystem::path& file);

}  // namespace bench
