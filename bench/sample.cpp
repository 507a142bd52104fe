#include "bench/sample.h"

#include <exception>

#include "bench/harness.h"

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

// Adds up the work of all iterations; Jain's index becomes their mean.
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
        workloads::Work result = total_;
        if (result.fairness) result.fairness->jain /= runs_;
        return result;
    }

private:
    double runs_ = 0;
    workloads::Work total_;
};

void add_counters(benchmark::State& state, const Sample& sample) {
    const auto units = static_cast<double>(sample.work->units);
    state.SetItemsProcessed(static_cast<std::int64_t>(sample.work->units));
    state.counters["cpu_ns_per_unit"] = static_cast<double>(sample.cost->cpu_ns()) / units;
    state.counters["switches_per_unit"] =
        static_cast<double>(sample.cost->switches_voluntary + sample.cost->switches_involuntary) / units;
    if (!sample.latency) return;
    state.counters["p50_ns"] = static_cast<double>(sample.latency->p50);
    state.counters["p99_ns"] = static_cast<double>(sample.latency->p99);
}

void end(benchmark::State& state, Sample& sample, Outcome outcome, const std::string& reason) {
    sample.outcome = outcome;
    sample.reason = reason;
    state.SkipWithError((std::string{to_string(outcome)} + ": " + reason).c_str());
}

// The timed iterations of a harness that has run once already. An empty reason: all went well.
std::string measure_iterations(benchmark::State& state, Harness& harness, Sample& sample) {
    workloads::Histogram* const histogram = harness.workload().latency();
    if (histogram != nullptr) histogram->clear();
    const auto steal = sys::stolen_time();
    const auto run_delay = sys::run_delay();
    const sys::ResourceUsage peer_before = harness.peer_usage();
    sys::ResourceUsage cost;
    sys::Nanoseconds wall{0};
    WorkTotal work;
    std::string failure;
    for (auto _ : state) {
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
    if (histogram != nullptr) sample.latency = read_latency(*histogram, harness.workload().latency_meaning());
    sample.evidence.steal = difference(steal, sys::stolen_time());
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

Sample measure(benchmark::State& state, const Case& what, Placement placement) {
    Sample sample;
    sample.what = what;
    sample.placement = placement;
    sample.start_time = std::chrono::system_clock::now();
    try {
        Harness harness{what, placement};
        sample.places = harness.places();
        if (const models::Support support = harness.support(); !support) {
            end(state, sample, Outcome::skipped, support.reason);
            return sample;
        }
        harness.prepare();
        if (!harness.has_peer()) sample.places.peer.clear();
        // Verify first, then time; the first run also touches every page and opens every path.
        harness.before_run();
        harness.run();
        std::string failure = harness.after_run().reason;
        if (failure.empty()) failure = measure_iterations(state, harness, sample);
        if (failure.empty()) {
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
