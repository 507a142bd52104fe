#include "bench/sample.h"

#include <algorithm>
#include <cassert>
#include <exception>

namespace bench {
namespace {

std::optional<sys::Nanoseconds> difference(std::optional<sys::Nanoseconds> before,
                                           std::optional<sys::Nanoseconds> after) {
    if (!before || !after) return std::nullopt;
    return *after - *before;
}

Latency read_latency(const workloads::Histogram& histogram, std::string_view meaning) {
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

// Adds up the work of all iterations; Jain's index is the mean.
class WorkTotal {
public:
    void add(const workloads::Work& work) {
        ++runs_;
        total_.units += work.units;
        total_.bytes += work.bytes;
        if (!work.fairness) return;
        if (!total_.fairness) total_.fairness = workloads::Fairness{0, 0, 0};
        total_.fairness->least += work.fairness->least;
        total_.fairness->most += work.fairness->most;
        total_.fairness->jain += work.fairness->jain;
    }
    [[nodiscard]] workloads::Work total() const {
        assert(runs_ > 0);
        workloads::Work result = total_;
        if (result.fairness) result.fairness->jain /= runs_;
        return result;
    }

private:
    double runs_ = 0;
    workloads::Work total_;
};

void add_counters(benchmark::State& state, const Sample& sample) {
    assert(sample.work && sample.cost);
    const auto units = static_cast<double>(sample.work->units);
    state.SetItemsProcessed(static_cast<std::int64_t>(sample.work->units));
    state.counters["cpu_ns_per_unit"] = static_cast<double>(sample.cost->cpu_ns()) / units;
    state.counters["switches_per_unit"] =
        static_cast<double>(sample.cost->switches_voluntary + sample.cost->switches_involuntary) / units;
    if (sample.counts && sample.counts->system_calls) {
        state.counters["system_calls_per_unit"] =
            static_cast<double>(*sample.counts->system_calls) / static_cast<double>(sample.counts->units);
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

// Runs the timed iterations; the harness has had a first run already. Returns the reason of a failure, or "".
std::string measure_iterations(benchmark::State& state, Harness& harness, Sample& sample) {
    workloads::Histogram* const histogram = harness.workload().latency();
    workloads::Histogram* const uncorrected = harness.workload().latency_uncorrected();
    for (workloads::Histogram* const one : {histogram, uncorrected}) {
        if (one != nullptr) one->clear();
    }
    const auto run_delay = sys::run_delay();
    const sys::ResourceUsage peer_before = harness.peer_usage();
    sys::ResourceUsage cost;
    sys::Nanoseconds wall{0};
    WorkTotal work;
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
        const workloads::Verdict verdict = harness.after_run();
        if (!verdict) {
            failure = verdict.reason;
            break;
        }
        work.add(harness.workload().work());
        state.ResumeTiming();
    }
    if (!failure.empty()) return failure;

    sample.work = work.total();
    sample.cost = cost;
    const std::string_view meaning = harness.workload().latency_meaning();
    if (histogram != nullptr) sample.latency = read_latency(*histogram, meaning);
    if (uncorrected != nullptr) sample.latency_uncorrected = read_latency(*uncorrected, meaning);
    sample.evidence.run_delay = difference(run_delay, sys::run_delay());
    if (harness.has_peer()) {
        const sys::Nanoseconds peer_cpu{(harness.peer_usage() - peer_before).cpu_ns()};
        sample.evidence.peer_cpu = peer_cpu;
        sample.evidence.peer_cpu_share = static_cast<double>(peer_cpu.count()) / static_cast<double>(wall.count());
    }
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

std::string run_name(const std::string& case_name, int iterations) {
    return case_name + "/iterations:" + std::to_string(iterations) + "/process_time/real_time";
}

Sample measure(benchmark::State& state, const Case& what, Placement placement, bool count) {
    Sample sample;
    sample.what = what;
    sample.placement = placement;
    sample.start_time = std::chrono::system_clock::now();
    try {
        Harness harness{what, placement};
        sample.cpu_split = harness.cpu_split();
        if (const models::Support support = harness.support(); !support) {
            end(state, sample, Outcome::skipped, support.reason);
            return sample;
        }
        harness.prepare();
        if (!harness.has_peer()) sample.cpu_split.peer.clear();
        const MachineWatch watch{harness};
        // The first run is verified but not timed: it also faults pages in and opens connections.
        harness.workload().observe_next_run();
        harness.before_run();
        harness.run();
        std::string failure = harness.after_run().reason;
        sample.memory = harness.workload().memory();
        if (failure.empty()) failure = measure_iterations(state, harness, sample);
        watch.tell(sample.evidence);
        if (failure.empty()) {
            if (count) sample.counts = harness.count();
            add_counters(state, sample);
        } else {
            end(state, sample, Outcome::invalid, failure);
        }
    } catch (const std::exception& error) {
        end(state, sample, Outcome::did_not_finish, error.what());
    }
    return sample;
}

}  // namespace bench
