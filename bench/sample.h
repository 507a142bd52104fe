#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <functional>
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

// How a case ended. Every outcome appears in the document and on the chart, never as a missing row or a zero.
enum class Outcome {
    ok,
    skipped,         // the model cannot run it, and says why
    did_not_finish,  // time limit, memory, descriptors, a killed child
    invalid,         // wrong digest, work missing, a connection starved
};
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;

// The distribution of the times that the workload measured. Times in nanoseconds.
struct Latency {
    std::string meaning;  // of one time: an axis label
    std::uint64_t count;
    std::uint64_t p50;
    std::uint64_t p99;
    std::uint64_t p999;
    std::uint64_t max;
    std::vector<workloads::Histogram::Bucket> buckets;
};

// Signs that something disturbed a sample; nullopt if the kernel does not tell.
struct Evidence {
    std::optional<sys::Nanoseconds> steal;
    std::optional<sys::Nanoseconds> run_delay;
    std::optional<sys::Nanoseconds> peer_cpu;
    std::optional<double> peer_cpu_share;              // 1: the peer never waited, so the peer was measured
    sys::Nanoseconds elapsed{0};                       // the time over which steal and others_cpu were measured
    std::optional<sys::Nanoseconds> others_cpu;        // CPU time of all processes but the model's and the peer's
    std::optional<sys::ProcessFamily::Rest> at_gates;  // how the model was found there; nullopt without windows
};

// The resources that the processes of a model used.
struct Cost {
    std::int64_t cpu_ns = 0;
    // Nullopt for windows: the kernel tells the parts only for the whole life of a process.
    std::optional<sys::ResourceUsage> parts;
};

// One measurement of a case: the figures for which Google Benchmark's own entry has no room. They are totals over all
// iterations. An iteration is a run, or a window of the only run.
struct Sample {
    Case what;
    Placement placement{};
    CpuSplit cpu_split;
    std::chrono::system_clock::time_point start_time;
    Outcome outcome = Outcome::ok;
    std::string reason;
    std::optional<workloads::Work> work;
    std::optional<Cost> cost;
    std::optional<Latency> latency;
    std::optional<Latency> latency_uncorrected;
    std::optional<workloads::Memory> memory;
    std::optional<Counts> counts;
    Evidence evidence;
};

[[nodiscard]] bool in_windows(const Case& what) noexcept;

// Registers a case with Google Benchmark; `measure_it` is the body.
void register_case(const Case& what, int iterations, const std::function<void(benchmark::State&)>& measure_it);
// The name that Google Benchmark gives to a case that was registered so.
[[nodiscard]] std::string run_name(const Case& what, int iterations);

// Counts for one run or one window of a case. Throws std::runtime_error if it cannot.
using CountCase = std::function<Counts(const Case& what, Placement placement)>;

// The body of a benchmark: takes one sample. Google Benchmark times the iterations, or is told how long the windows
// took. Never throws: a failure becomes the sample's outcome, and `state` gets an error. `count` is called after the
// timed part; it may be empty.
[[nodiscard]] Sample measure(benchmark::State& state, const Case& what, Placement placement, const CountCase& count);

}  // namespace bench
