#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/harness.h"
#include "bench/harness/placement.h"
#include "sys/resource_usage.h"
#include "workloads/histogram.h"

namespace bench {

// How a case ended: in the document and on the chart, never as a missing row or a zero.
enum class Outcome {
    ok,
    skipped,         // the model says why it cannot
    did_not_finish,  // time limit, memory, descriptors, a killed child
    invalid,         // wrong digest, work missing, a connection starved
};
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;

// What was timed beside the run as a whole. Times in nanoseconds.
struct Latency {
    std::string meaning;
    std::uint64_t count;
    std::uint64_t p50;
    std::uint64_t p99;
    std::uint64_t p999;
    std::uint64_t max;
    std::vector<workloads::Histogram::Bucket> buckets;
};

// What may have disturbed a sample; nothing where the kernel does not tell.
struct Evidence {
    std::optional<sys::Nanoseconds> steal;
    std::optional<sys::Nanoseconds> run_delay;
    std::optional<sys::Nanoseconds> peer_cpu;
    std::optional<double> peer_cpu_share;        // 1: the peer never waited, so the peer was measured
    sys::Nanoseconds elapsed{0};                 // between the readings of steal and others_cpu
    std::optional<sys::Nanoseconds> others_cpu;  // of all that is neither the model nor its peer
};

// One measurement of a case: everything that Google Benchmark's own entry has no room for. Figures are totals over
// all iterations.
struct Sample {
    Case what;
    Placement placement{};
    CpuSplit cpu_split;
    std::chrono::system_clock::time_point start_time;
    Outcome outcome = Outcome::ok;
    std::string reason;
    std::optional<workloads::Work> work;
    std::optional<sys::ResourceUsage> cost;
    std::optional<Latency> latency;
    std::optional<Latency> latency_uncorrected;
    std::optional<workloads::Memory> memory;
    std::optional<Counts> counts;
    Evidence evidence;
};

// The body of a benchmark: one sample, whose iterations Google Benchmark times. Never throws: what goes wrong is
// the sample's outcome (and is told to `state`).
// With `count`, what a run does is counted in one more of them, at the end.
[[nodiscard]] Sample measure(benchmark::State& state, const Case& what, Placement placement, bool count);

}  // namespace bench
