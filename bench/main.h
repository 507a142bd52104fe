#pragma once

#include "workloads/workload.h"

namespace bench {

// The main function of a benchmark binary. Registers every workload of the group, with the arguments in the workload's
// table, under every model, and runs them by Google Benchmark, with all its flags and some of ours. Returns the exit
// code: 0 if all cases are ok or skipped, 1 if a case is invalid or did not finish, 2 for a wrong command line.
int run_benchmarks(workloads::Group group, int argc, char** argv);

}  // namespace bench
