#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include "bench/harness/harness.h"
#include "bench/harness/turns.h"
#include "bench/sample.h"

namespace bench {

// Takes all turns of a sample, after Harness::prepare(). Each iteration is a slice: Google Benchmark is told afterwards
// how long each would have taken for the nominal work. Returns the reason if a run is invalid, or "". Throws
// std::runtime_error if not all turns were taken.
[[nodiscard]] std::string measure_turns(benchmark::State& state, Harness& harness, Turns& turns, Sample& sample);

}  // namespace bench
