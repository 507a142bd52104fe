#include "bench/whole_sample.h"

#include <cassert>
#include <chrono>
#include <utility>
#include <vector>

namespace bench {

std::string measure_runs(benchmark::State& state, Harness& harness, Sample& sample) {
    if (workloads::Verdict verdict = harness.warm_up(); !verdict) return verdict.reason;
    sample.memory = harness.workload().memory();
    workloads::clear_latency(harness.workload());

    const std::vector<sys::Nanoseconds> peer_before = harness.peer_cpu_by_process();
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
        std::vector<sys::Nanoseconds> peer_cpu = harness.peer_cpu_by_process();
        for (std::size_t process = 0; process < peer_cpu.size(); ++process) peer_cpu[process] -= peer_before[process];
        sample.evidence.set_peer(peer_cpu, wall);
    }
    return {};
}

std::string measure_windows(benchmark::State& state, Harness& harness, Sample& sample) {
    harness.before_run();
    harness.run();
    if (workloads::Verdict verdict = harness.after_run(); !verdict) return verdict.reason;

    const workloads::Windows& windows = *harness.windows();
    sys::Nanoseconds wall{0};
    sys::Nanoseconds model_cpu{0};
    std::size_t number = 0;
    for ([[maybe_unused]] const auto unused : state) {
        assert(number < windows.planned());
        const sys::Nanoseconds took = windows[number].closed - windows[number].opened;
        state.SetIterationTime(std::chrono::duration<double>(took).count());
        wall += took;
        model_cpu += harness.meter().model_cpu(number);
        ++number;
    }
    sample.work = windows.work();
    sample.cost = {model_cpu.count(), std::nullopt};
    sample.evidence.at_gates = harness.meter().rest();
    sample.memory = harness.meter().memory();
    if (harness.has_peer()) sample.evidence.set_peer(harness.meter().peer().used_by_process(), wall);
    return {};
}

}  // namespace bench
