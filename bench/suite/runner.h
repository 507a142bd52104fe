#pragma once

namespace bench {

// The main function of the suite runner. Returns the exit code: 0 if all samples are ok or skipped, 1 if one is not or
// if the run failed, 2 for a wrong command line, 128 + n if signal n stopped the run.
int run_suite(int argc, const char* const* argv);

}  // namespace bench
