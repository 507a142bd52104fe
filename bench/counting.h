#pragma once

#include <cstdint>
#include <optional>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/harness/window_meter.h"

namespace bench {

// The options of a benchmark binary that make it print the counts of one case and end; and the quota of its window.
inline constexpr const char* counts_of_option = "--counts-of";
inline constexpr const char* counted_units_option = "--counted-units";

// Counts in a process of its own, which runs this program with --counts-of: in a process that has measured already, a
// library may have threads left that no counter would see. Throws std::runtime_error if the case does not run there.
// `units`: the quota of the window, if it has one; nullopt: the nominal quota.
[[nodiscard]] Counts count_in_own_process(const Case& what, const CpuPlan& cpus, std::optional<std::uint64_t> units);

// What --counts-of does: counts here, and writes the counts as JSON to standard output. Returns the exit code.
int print_counts(const Case& what, const CpuPlan& cpus, std::optional<std::uint64_t> units);

}  // namespace bench
