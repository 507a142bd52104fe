#pragma once

#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/harness/window_meter.h"

namespace bench {

// The option of a benchmark binary that makes it print the counts of one case and end.
inline constexpr const char* counts_of_option = "--counts-of";

// Counts in a process of its own, which runs this program with --counts-of: in a process that has measured already, a
// library may have threads left that no counter would see. Throws std::runtime_error if the case does not run there.
[[nodiscard]] Counts count_in_own_process(const Case& what, Placement placement);

// What --counts-of does: counts here, and writes the counts as JSON to standard output. Returns the exit code.
int print_counts(const Case& what, Placement placement);

}  // namespace bench
