#pragma once

#include "workloads/workload.h"

namespace bench {

// The whole of a benchmark binary: registers every model with every workload of the group, at the sizes of its
// table, and runs them as Google Benchmark does, with all its flags and a few of ours. Returns the exit code: 0 for
// ok or skipped, 1 where a case was invalid or did not finish, 2 for a call that cannot be taken.
int run_benchmarks(workloads::Group group, int argc, char** argv);

}  // namespace bench
