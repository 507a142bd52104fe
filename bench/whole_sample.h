#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include "bench/harness/harness.h"
#include "bench/sample.h"

namespace bench {

// Both measure everything at once, after Harness::prepare(), and return the reason of a failure, or "".

// Each iteration is a run, which Google Benchmark times.
[[nodiscard]] std::string measure_runs(benchmark::State& state, Harness& harness, Sample& sample);
// Each iteration is a window of the only run. Google Benchmark is told afterwards how long they took.
[[nodiscard]] std::string measure_windows(benchmark::State& state, Harness& harness, Sample& sample);

}  // namespace bench
