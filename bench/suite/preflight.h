#pragma once

#include <filesystem>

#include "bench/suite/plan.h"

namespace bench {

// What can be known beforehand to go wrong. All throw UsageError, with one line that names the way out.

// The binaries that the plan needs.
void require_binaries(const std::filesystem::path& folder, const Plan& plan);
[[nodiscard]] std::filesystem::path binary_path(const std::filesystem::path& folder, workloads::Group group);

// Raises the limit, which our children inherit.
void require_descriptors(const Plan& plan);

// The file of a new run: `output`, or a name of its own in results/local, which is made. It must not be there yet,
// and its folder must be writable.
[[nodiscard]] std::filesystem::path new_output(const std::filesystem::path& output);
void require_writable_folder(const std::filesystem::path& file);

}  // namespace bench
