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

// The file of a new run: `output`, or else a new name in results/local (makes that folder). The file must not exist,
// and its folder must be writable.
[[nodiscard]] std::filesystem::path new_output(const std::filesystem::path& output);
void require_writable_folder(const std::filesystem::path& file);

}  // namespace bench
