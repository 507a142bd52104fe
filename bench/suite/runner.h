#pragma once

namespace bench {

// The whole of the suite runner. Returns the exit code: 0 where all samples are ok or skipped, 1 where some are not
// or the run broke off, 2 for a call that cannot be taken, 128 + n where signal n stopped it.
int run_suite(int argc, const char* const* argv);

}  // namespace bench
