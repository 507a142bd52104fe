#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/harness.h"
#include "bench/harness/placement.h"
#include "sys/resource_usage.h"
#include "sys/tcp_statistics.h"
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
// Of a class of units that Sample::latency leaves out.
struct OtherLatency {
    std::string name;
    Latency latency;
};

// Signs that something disturbed a sample; nullopt if the kernel does not tell.
struct Evidence {
    std::optional<sys::Nanoseconds> steal;
    std::optional<sys::Nanoseconds> run_delay;
    std::optional<sys::Nanoseconds> peer_cpu;
    std::optional<double> peer_cpu_share;  // of its busiest process; 1: that never waited, so the peer was measured
    sys::Nanoseconds elapsed{0};           // the time over which steal and others_cpu were measured
    std::optional<sys::Nanoseconds> others_cpu;  // CPU time of all processes but the model's and the peer's
    std::optional<sys::Nanoseconds> throttled;   // time for which a quota of CPU time did not let us run
    // How the model was found at the gates, or between turns; nullopt for runs that are not taken in turns.
    std::optional<sys::ProcessFamily::Rest> at_gates;
    // What TCP counted while the case ran, from before its first connection, and not while it waited for its turn.
    std::optional<sys::TcpStatistics> tcp;

    // `cpu`: what each process of the peer used in a timed part of so much `wall` time; not empty.
    void set_peer(std::span<const sys::Nanoseconds> cpu, sys::Nanoseconds wall) noexcept;
    // Adds what TCP counted between two readings.
    void add_tcp(const std::optional<sys::TcpStatistics>& before, const std::optional<sys::TcpStatistics>& after);
    // Calls `part`, adds what TCP counted meanwhile, and returns what `part` returned.
    template <class Part>
    auto count_tcp_in(Part part) {
        const auto before = sys::tcp_statistics();
        auto result = part();
        add_tcp(before, sys::tcp_statistics());
        return result;
    }
};

// The resources that the processes of a model used.
struct Cost {
    std::int64_t cpu_ns = 0;
    // Nullopt for windows: the kernel tells the parts only for the whole life of a process.
    std::optional<sys::ResourceUsage> parts;
};

// What was measured in one turn: one window, or some runs.
struct Slice {
    sys::TimePoint start;
    sys::Nanoseconds wall;
    sys::Nanoseconds cpu;       // of the model
    sys::Nanoseconds peer_cpu;  // 0 without a peer
    std::uint64_t units;
};
// A sample in turns. The slices may differ in length.
struct Slices {
    std::uint64_t nominal_units;  // of one run, or of a window as the case's arguments say
    std::vector<Slice> each;

    // A time of slice `index` as if it had done the nominal work.
    [[nodiscard]] sys::Nanoseconds scaled(std::size_t index, sys::Nanoseconds Slice::*time) const;
};

// One measurement of a case: the figures for which Google Benchmark's own entry has no room. They are totals over all
// iterations. An iteration is a run, a window of the only run, or a slice.
struct Sample {
    Case what;
    Placement placement{};
    CpuSplit cpu_split;
    std::size_t peer_processes = 0;
    std::chrono::system_clock::time_point start_time;
    Outcome outcome = Outcome::ok;
    std::string reason;
    std::optional<workloads::Work> work;
    // Of the last run; empty if the workload accepts none.
    std::vector<std::uint64_t> connections_by_acceptor{};
    std::optional<Cost> cost;
    std::optional<Latency> latency;
    std::optional<Latency> latency_uncorrected;
    std::vector<OtherLatency> other_latencies{};
    std::optional<workloads::Memory> memory;
    std::optional<Counts> counts;
    std::optional<Slices> slices{};  // nullopt if it was not taken in turns
    Evidence evidence;
};

[[nodiscard]] bool in_windows(const Case& what) noexcept;

// Registers a case with Google Benchmark; `measure_it` is the body. `in_turns`: each iteration is a slice.
void register_case(const Case& what, int iterations, const std::function<void(benchmark::State&)>& measure_it,
                   bool in_turns = false);
// The name that Google Benchmark gives to a case that was registered so.
[[nodiscard]] std::string run_name(const Case& what, int iterations, bool in_turns = false);

// Counts for one run or one window of a case; `units` is the quota of the window, or nullopt for the nominal one.
// Throws std::runtime_error if it cannot.
using CountCase = std::function<Counts(const Case& what, const CpuPlan& cpus, std::optional<std::uint64_t> units)>;

// The body of a benchmark: takes one sample. Google Benchmark times the iterations, or is told how long the windows or
// slices took. Never throws: a failure becomes the sample's outcome, and `state` gets an error. `count` is called after
// the timed part; it may be empty. `turns`: who gives the turns; null: everything is measured at once.
[[nodiscard]] Sample measure(benchmark::State& state, const Case& what, const CpuPlan& cpus, const CountCase& count,
                             Turns* turns = nullptr);

}  // namespace bench
