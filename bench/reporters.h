#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "bench/benchmark_flags.h"
#include "bench/harness/placement.h"
#include "bench/sample.h"
#include "sys/memory_file.h"

namespace bench {

// What was measured so far: samples[i] was measured under the run_name names[i].
struct Measured {
    std::vector<std::string> names;
    std::vector<Sample> samples;
};

// The reporter for the output file: adds each case to `spool` as soon as it has been measured, so that nothing is lost
// if this process does not reach its end. A results document is one JSON object in each line: its context, then its
// entries. The other formats are Google Benchmark's text. All arguments outlive the reporter.
[[nodiscard]] std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(BenchmarkFlags::Format format,
                                                                               const Measured& measured,
                                                                               const RunCpus& cpus,
                                                                               const sys::MemoryFile& spool);

// The reporter for standard output; null: Google Benchmark's own. With JSON it shows nothing: there it is our document
// that is shown, at the end. `to_stderr`: standard output is the output file.
[[nodiscard]] std::unique_ptr<benchmark::BenchmarkReporter> make_display_reporter(const BenchmarkFlags& flags,
                                                                                  bool to_stderr);

}  // namespace bench
