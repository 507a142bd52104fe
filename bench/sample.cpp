#include "bench/sample.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>

namespace bench {
namespace {

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

void end(benchmark::State& state, Sample& sample, Outcome outcome, const std::string& reason) {
    sample.outcome = outcome;
    sample.reason = reason;
    state.SkipWithError((std::string{to_string(outcome)} + ": " + reason).c_str());
}

void clear_latency(const workloads::Workload& workload) {
    for (workloads::Histogram* const one : {workload.latency(), workload.latency_uncorrected()}) {
        if (one != nullptr) one->clear();
    }
}

void read_latency(const workloads::Workload& workload, Sample& sample) {
    const std::string_view meaning = workload.latency_meaning();
    if (const auto* const histogram = workload.latency()) sample.latency = to_latency(*histogram, meaning);
    if (const auto* const histogram = workload.latency_uncorrected()) {
        sample.latency_uncorrected = to_latency(*histogram, meaning);
    }
}

void read_peer(sys::Nanoseconds cpu, sys::Nanoseconds wall, Evidence& evidence) {
    evidence.peer_cpu = cpu;
    evidence.peer_cpu_share = static_cast<double>(cpu.count()) / static_cast<double>(wall.count());
}

// Each iteration is a run, which Google Benchmark times. Returns the reason of a failure, or "".
std::string measure_runs(benchmark::State& state, Harness& harness, Sample& sample) {
    // The first run is verified but not timed: it also faults pages in and opens connections.
    harness.workload().observe_next_run();
    harness.before_run();
    harness.run();
    if (workloads::Verdict verdict = harness.after_run(); !verdict) return verdict.reason;
    sample.memory = harness.workload().memory();
    clear_latency(harness.workload());

    const sys::ResourceUsage peer_before = harness.peer_usage();
    sys::ResourceUsage cost;
    sys::Nanoseconds wall{0};
    workloads::Work work;
    std::string failure;
    for ([[maybe_unused]] const auto unused : state) {
        state.PauseTiming();
        harness.before_run();
        const sys::ResourceUsage before = harness.model_usage();
        const sys::TimePoint start = sys::now();
        state.ResumeTiming();
        harness.run();
        state.PauseTiming();
        wall += sys::now() - start;
        cost += harness.model_usage() - before;
        if (workloads::Verdict verdict = harness.after_run(); !verdict) {
            failure = std::move(verdict.reason);
            break;
        }
        work.units += harness.workload().work().units;
        work.bytes += harness.workload().work().bytes;
        state.ResumeTiming();
    }
    if (!failure.empty()) return failure;
    sample.work = work;
    sample.cost = {cost.cpu_ns(), cost};
    if (harness.has_peer()) {
        read_peer(sys::Nanoseconds{(harness.peer_usage() - peer_before).cpu_ns()}, wall, sample.evidence);
    }
    return {};
}

// Each iteration is a window of the only run. Google Benchmark is told afterwards how long they took.
std::string measure_windows(benchmark::State& state, Harness& harness, Sample& sample) {
    clear_latency(harness.workload());
    harness.before_run();
    harness.run();
    if (workloads::Verdict verdict = harness.after_run(); !verdict) return verdict.reason;

    const workloads::Windows& windows = *harness.windows();
    sys::Nanoseconds wall{0};
    sys::Nanoseconds model_cpu{0};
    sys::Nanoseconds peer_cpu{0};
    std::size_t number = 0;
    for ([[maybe_unused]] const auto unused : state) {
        assert(number < windows.planned());
        const sys::Nanoseconds took = windows[number].closed - windows[number].opened;
        state.SetIterationTime(std::chrono::duration<double>(took).count());
        wall += took;
        model_cpu += harness.meter().model_cpu(number);
        peer_cpu += harness.meter().gate_cpu(number);
        ++number;
    }
    sample.work = windows.work();
    sample.cost = {model_cpu.count(), std::nullopt};
    sample.evidence.at_gates = harness.meter().rest();
    if (harness.has_peer()) read_peer(peer_cpu, wall, sample.evidence);
    return {};
}

// Returns the reason of a failure, or "".
std::string measure_iterations(benchmark::State& state, Harness& harness, Sample& sample) {
    const auto run_delay = sys::run_delay();
    std::string failure =
        harness.windows() != nullptr ? measure_windows(state, harness, sample) : measure_runs(state, harness, sample);
    if (!failure.empty()) return failure;
    sample.evidence.run_delay = difference(run_delay, sys::run_delay());
    read_latency(harness.workload(), sample);
    return {};
}

// As if nothing had been measured.
void drop_figures(Sample& sample) {
    sample.work.reset();
    sample.cost.reset();
    sample.latency.reset();
    sample.latency_uncorrected.reset();
    sample.memory.reset();
    sample.counts.reset();
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

bool in_windows(const Case& what) noexcept { return what.workload->kept_open != nullptr; }

void register_case(const Case& what, int iterations, const std::function<void(benchmark::State&)>& measure_it) {
    auto* const registered = benchmark::RegisterBenchmark(what.name().c_str(), measure_it);
    registered->Iterations(iterations)->Unit(benchmark::kMillisecond);
    if (in_windows(what)) {
        registered->UseManualTime();
    } else {
        registered->UseRealTime()->MeasureProcessCPUTime();
    }
}

std::string run_name(const Case& what, int iterations) {
    return what.name() + "/iterations:" + std::to_string(iterations) +
           (in_windows(what) ? "/manual_time" : "/process_time/real_time");
}

Sample measure(benchmark::State& state, const Case& what, Placement placement, const CountCase& count) {
    Sample sample;
    sample.what = what;
    sample.placement = placement;
    sample.start_time = std::chrono::system_clock::now();
    try {
        Harness harness{what, placement, static_cast<std::size_t>(state.max_iterations)};
        sample.cpu_split = harness.cpu_split();
        if (const models::Support support = harness.support(); !support) {
            end(state, sample, Outcome::skipped, support.reason);
            return sample;
        }
        harness.prepare();
        if (!harness.has_peer()) sample.cpu_split.peer.clear();
        const MachineWatch watch{harness};
        const std::string failure = measure_iterations(state, harness, sample);
        watch.tell(sample.evidence);
        if (!failure.empty()) {
            end(state, sample, Outcome::invalid, failure);
            return sample;
        }
    } catch (const std::exception& error) {
        end(state, sample, Outcome::did_not_finish, error.what());
        return sample;
    }
    try {
        if (count) sample.counts = count(what, placement);
        add_counters(state, sample);
    } catch (const std::exception& error) {
        drop_figures(sample);
        end(state, sample, Outcome::did_not_finish, std::string{"the counting run failed: "} + error.what());
    }
    return sample;
}

}  // namespace bench
