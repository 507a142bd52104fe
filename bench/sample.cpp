#include "bench/sample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <exception>
#include <numeric>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "bench/slices.h"
#include "bench/whole_sample.h"

namespace bench {
namespace {

constexpr std::chrono::seconds patience{5};

std::optional<sys::Nanoseconds> difference(std::optional<sys::Nanoseconds> before,
                                           std::optional<sys::Nanoseconds> after) {
    if (!before || !after) return std::nullopt;
    return *after - *before;
}

Latency to_latency(const workloads::Histogram& histogram, std::string_view meaning) {
    return {.meaning = std::string{meaning},
            .count = histogram.count(),
            .p50 = histogram.quantile_ns(0.5),
            .p99 = histogram.quantile_ns(0.99),
            .p999 = histogram.quantile_ns(0.999),
            .max = histogram.max_ns(),
            .buckets = histogram.buckets()};
}

// Measures over a whole sample how much CPU time others took: the hypervisor, and other processes of this machine.
class MachineWatch {
public:
    explicit MachineWatch(const Harness& harness) : harness_{harness} {}
    void tell(Evidence& evidence) const {
        evidence.elapsed = sys::now() - begin_;
        evidence.throttled = difference(throttled_, sys::throttled_time());
        const auto after = sys::machine_time();
        if (!machine_ || !after) return;
        evidence.steal = after->steal - machine_->steal;
        const sys::Nanoseconds ours{(used() - used_).cpu_ns()};
        evidence.others_cpu = std::max(sys::Nanoseconds{0}, after->busy - machine_->busy - ours);
    }

private:
    [[nodiscard]] sys::ResourceUsage used() const { return harness_.model_usage() + harness_.peer_usage(); }

    const Harness& harness_;
    sys::TimePoint begin_ = sys::now();
    sys::ResourceUsage used_ = used();
    std::optional<sys::MachineTime> machine_ = sys::machine_time();
    std::optional<sys::Nanoseconds> throttled_ = sys::throttled_time();
};

void add_counters(benchmark::State& state, const Sample& sample) {
    assert(sample.work && sample.cost);
    const auto units = static_cast<double>(sample.work->units);
    state.SetItemsProcessed(static_cast<std::int64_t>(sample.work->units));
    state.counters["cpu_ns_per_unit"] = static_cast<double>(sample.cost->cpu_ns) / units;
    const auto add_count = [&](const char* name, const std::optional<std::int64_t>& count) {
        if (count) {
            state.counters[name] = static_cast<double>(*count) / static_cast<double>(sample.counts->units);
        }
    };
    if (sample.counts) add_count("system_calls_per_unit", sample.counts->system_calls);
    if (const auto& parts = sample.cost->parts) {
        state.counters["switches_per_unit"] =
            static_cast<double>(parts->switches_voluntary + parts->switches_involuntary) / units;
    } else if (sample.counts) {
        add_count("switches_per_unit", sample.counts->switches);
    }
    if (!sample.latency) return;
    state.counters["p50_ns"] = static_cast<double>(sample.latency->p50);
    state.counters["p99_ns"] = static_cast<double>(sample.latency->p99);
}

// The kernel does not know the system call, or a sandbox forbids it (older container runtimes: EPERM). That is no fault
// of the model.
bool lacks_the_call(const std::exception& failure) {
    const auto* const error = dynamic_cast<const std::system_error*>(&failure);
    return error != nullptr &&
           (error->code() == std::errc::function_not_supported || error->code() == std::errc::operation_not_permitted);
}

// As if nothing had been measured.
void drop_figures(Sample& sample) {
    sample.work.reset();
    sample.connections_by_acceptor.clear();
    sample.cost.reset();
    sample.latency.reset();
    sample.latency_uncorrected.reset();
    sample.other_latencies.clear();
    sample.memory.reset();
    sample.counts.reset();
    sample.slices.reset();
}

void end(benchmark::State& state, Sample& sample, Outcome outcome, const std::string& reason) {
    drop_figures(sample);
    sample.outcome = outcome;
    sample.reason = reason;
    state.SkipWithError((std::string{to_string(outcome)} + ": " + reason).c_str());
}

void read_latency(const workloads::Workload& workload, Sample& sample) {
    const std::string_view meaning = workload.latency_meaning();
    if (const auto* const histogram = workload.latency()) sample.latency = to_latency(*histogram->merged(), meaning);
    if (const auto* const histogram = workload.latency_uncorrected()) {
        sample.latency_uncorrected = to_latency(*histogram->merged(), meaning);
    }
    for (const workloads::OtherLatency& other : workload.other_latencies()) {
        // Small windows may have no unit of this class.
        if (other.times->count() == 0) continue;
        sample.other_latencies.push_back({std::string{other.name}, to_latency(*other.times->merged(), other.meaning)});
    }
}

// Counting takes no longer than two slices, if the case takes turns: a nominal window may be much longer.
std::optional<std::uint64_t> units_to_count(const Sample& sample) {
    if (!sample.slices || !in_windows(sample.what)) return std::nullopt;
    return std::min(sample.slices->nominal_units, 2 * sample.slices->each.back().units);
}

// Returns the reason of a failure, or "".
std::string measure_iterations(benchmark::State& state, Harness& harness, Turns* turns, Sample& sample) {
    const auto run_delay = sys::run_delay();
    const auto measure_whole = [&] {
        return harness.windows() != nullptr ? measure_windows(state, harness, sample)
                                            : measure_runs(state, harness, sample);
    };
    std::string failure =
        turns != nullptr ? measure_turns(state, harness, *turns, sample) : sample.evidence.count_tcp_in(measure_whole);
    if (!failure.empty()) return failure;
    sample.evidence.run_delay = difference(run_delay, sys::run_delay());
    sample.connections_by_acceptor = harness.workload().connections_by_acceptor();
    read_latency(harness.workload(), sample);
    return {};
}

}  // namespace

std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::ok: return "ok";
        case Outcome::skipped: return "skipped";
        case Outcome::did_not_finish: return "did_not_finish";
        case Outcome::invalid: return "invalid";
    }
    return "unknown";
}

void Evidence::set_peer(std::span<const sys::Nanoseconds> cpu, sys::Nanoseconds wall) noexcept {
    peer_cpu = std::accumulate(cpu.begin(), cpu.end(), sys::Nanoseconds{0});
    // Not the mean: if the clients of one process are at their limit, the model waits for them, however idle the
    // others.
    const auto busiest = static_cast<double>(std::ranges::max(cpu).count());
    peer_cpu_share = busiest / static_cast<double>(wall.count());
}

void Evidence::add_tcp(const std::optional<sys::TcpStatistics>& before,
                       const std::optional<sys::TcpStatistics>& after) {
    if (!before || !after) return;
    if (!tcp) tcp.emplace();
    *tcp += *after - *before;
}

bool in_windows(const Case& what) noexcept { return what.workload->kept_open != nullptr; }

sys::Nanoseconds Slices::scaled(std::size_t index, sys::Nanoseconds Slice::*time) const {
    const Slice& slice = each[index];
    const double part = static_cast<double>(nominal_units) / static_cast<double>(slice.units);
    return sys::Nanoseconds{std::llround(static_cast<double>((slice.*time).count()) * part)};
}

void register_case(const Case& what, int iterations, const std::function<void(benchmark::State&)>& measure_it,
                   bool in_turns) {
    auto* const registered = benchmark::RegisterBenchmark(what.name().c_str(), measure_it);
    registered->Iterations(iterations)->Unit(benchmark::kMillisecond);
    if (in_windows(what) || in_turns) {
        registered->UseManualTime();
    } else {
        registered->UseRealTime()->MeasureProcessCPUTime();
    }
}

std::string run_name(const Case& what, int iterations, bool in_turns) {
    return what.name() + "/iterations:" + std::to_string(iterations) +
           (in_windows(what) || in_turns ? "/manual_time" : "/process_time/real_time");
}

Sample measure(benchmark::State& state, const Case& what, const CpuPlan& cpus, const CountCase& count, Turns* turns) {
    Sample sample;
    sample.what = what;
    sample.placement = cpus.placement;
    sample.start_time = std::chrono::system_clock::now();
    bool is_set_up = false;
    try {
        Harness harness{what, cpus, static_cast<std::size_t>(state.max_iterations), patience, turns};
        sample.cpu_split = harness.cpu_split();
        if (const models::Support support = harness.support(); !support) {
            end(state, sample, Outcome::skipped, support.reason);
            return sample;
        }
        harness.prepare();
        is_set_up = true;
        sample.peer_processes = harness.peer_processes();
        if (!harness.has_peer()) sample.cpu_split.peer.clear();
        const MachineWatch watch{harness};
        const std::string failure = measure_iterations(state, harness, turns, sample);
        watch.tell(sample.evidence);
        if (!failure.empty()) {
            end(state, sample, Outcome::invalid, failure);
            return sample;
        }
    } catch (const std::exception& error) {
        const bool cannot_be = !is_set_up && lacks_the_call(error);
        end(state, sample, cannot_be ? Outcome::skipped : Outcome::did_not_finish, error.what());
        return sample;
    }
    try {
        if (count) sample.counts = count(what, cpus, units_to_count(sample));
        add_counters(state, sample);
    } catch (const std::exception& error) {
        end(state, sample, Outcome::did_not_finish, std::string{"the counting run failed: "} + error.what());
    }
    return sample;
}

}  // namespace bench
