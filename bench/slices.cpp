#include "bench/slices.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sys/clock.h"
#include "sys/tcp_statistics.h"

namespace bench {
namespace {

using sys::ResourceUsage;
using Rest = sys::ProcessFamily::Rest;

// Each slice is a window of the only run; the turns are taken at its gates.
std::string take_windows(Harness& harness, Sample& sample) {
    const auto tcp_before = sys::tcp_statistics();
    harness.before_run();
    harness.run();
    // No connection is made after the first gate, where the others begin to take their turns.
    sample.evidence.add_tcp(tcp_before, harness.meter().tcp_at_first_gate());
    if (workloads::Verdict verdict = harness.after_run(); !verdict) return verdict.reason;

    const workloads::Windows& windows = *harness.windows();
    Slices slices{.nominal_units = windows.nominal_units(), .each = {}};
    sys::Nanoseconds cpu{0};
    for (std::size_t number = 0; number < windows.recorded(); ++number) {
        const auto& [opened, closed, work, recorded] = windows[number];
        slices.each.push_back({.start = opened,
                               .wall = closed - opened,
                               .cpu = std::max(sys::Nanoseconds{0}, harness.meter().model_cpu(number)),
                               .peer_cpu = harness.meter().peer().used_in(number),
                               .units = work.units});
        cpu += slices.each.back().cpu;
    }
    sample.slices = std::move(slices);
    sample.work = windows.work();
    sample.cost = {cpu.count(), std::nullopt};
    sample.evidence.at_gates = harness.meter().rest();
    sample.memory = harness.meter().memory();
    return {};
}

// The kernel estimates the parts of a thread's CPU time, so that a difference of them may be less than 0. Their sum is
// exact, but for some hundred nanoseconds between two readings.
ResourceUsage with_plausible_parts(ResourceUsage cost) {
    const std::int64_t cpu_ns = std::max<std::int64_t>(cost.cpu_ns(), 0);
    cost.cpu_user_ns = std::clamp<std::int64_t>(cost.cpu_user_ns, 0, cpu_ns);
    cost.cpu_system_ns = cpu_ns - cost.cpu_user_ns;
    return cost;
}

// Some runs in one turn. A thread of the model may still run when a run has ended, and then its clock is late by up to
// a tick. So the CPU time is read after the pause that follows the turn, and what this thread used outside the runs
// (to verify them, and to wait) is taken away.
class RunsInTurn {
public:
    explicit RunsInTurn(Harness& harness) : harness_{harness} {}

    // Returns the reason if a run is invalid, or "".
    [[nodiscard]] std::string run(std::uint64_t amount) {
        for (std::uint64_t number = 0; number < amount; ++number) {
            harness_.before_run();
            const ResourceUsage thread = sys::thread_usage();
            const sys::TimePoint begin = sys::now();
            if (number == 0) slice_.start = begin;
            harness_.run();
            slice_.wall += sys::now() - begin;
            thread_in_runs_ += sys::thread_usage() - thread;
            if (workloads::Verdict verdict = harness_.after_run(); !verdict) return verdict.reason;
            const workloads::Work work = harness_.workload().work();
            slice_.units += work.units;
            bytes_ += work.bytes;
        }
        const std::vector<sys::Nanoseconds> peer_now = harness_.peer_cpu_by_process();
        for (std::size_t process = 0; process < peer_now.size(); ++process) {
            peer_[process] = peer_now[process] - peer_[process];
            slice_.peer_cpu += peer_[process];
        }
        ended_ = sys::now();
        cost_ = cost_so_far();
        return {};
    }
    // After the pause.
    void settle() {
        const sys::Nanoseconds tick = sys::more_than_a_tick();
        sys::sleep_until(ended_ + tick);
        const ResourceUsage cost = cost_so_far();
        // Threads that ran when the runs ended were late by a tick each.
        const sys::Nanoseconds limit = std::max((sys::now() - ended_) / 100, 2 * tick);
        if ((cost - cost_).cpu_ns() > limit.count()) {
            rest_ = Rest::moved;
        } else {
            cost_ = cost;
        }
        cost_ = with_plausible_parts(cost_);
        slice_.cpu = sys::Nanoseconds{cost_.cpu_ns()};
    }

    [[nodiscard]] const Slice& slice() const noexcept { return slice_; }
    [[nodiscard]] const ResourceUsage& cost() const noexcept { return cost_; }
    // By process.
    [[nodiscard]] const std::vector<sys::Nanoseconds>& peer_cpu() const noexcept { return peer_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] Rest rest() const noexcept { return rest_; }

private:
    [[nodiscard]] ResourceUsage cost_so_far() const {
        return (harness_.model_usage() - model_) - ((sys::thread_usage() - thread_) - thread_in_runs_);
    }

    Harness& harness_;
    ResourceUsage model_ = harness_.model_usage();
    // By process: first what it had used, then what it used in the runs.
    std::vector<sys::Nanoseconds> peer_ = harness_.peer_cpu_by_process();
    ResourceUsage thread_ = sys::thread_usage();
    ResourceUsage thread_in_runs_;
    sys::TimePoint ended_;
    ResourceUsage cost_;
    Slice slice_{};
    std::uint64_t bytes_ = 0;
    Rest rest_ = Rest::slept;
};

// Each slice is some runs.
std::string take_runs(Harness& harness, Turns& turns, Sample& sample, std::vector<sys::Nanoseconds>& peer_cpu) {
    const workloads::Verdict warmed_up = sample.evidence.count_tcp_in([&] { return harness.warm_up(); });
    if (!warmed_up) return warmed_up.reason;
    sample.memory = harness.workload().memory();

    Slices slices{.nominal_units = harness.workload().work().units, .each = {}};
    workloads::Work work;
    ResourceUsage cost;
    Rest rest = Rest::slept;
    turns.tell_ready();
    for (auto turn = turns.wait(); turn;) {
        const bool recorded = turn->recorded;
        if (recorded && slices.each.empty()) workloads::clear_latency(harness.workload());
        RunsInTurn runs{harness};
        std::string invalid = sample.evidence.count_tcp_in([&] { return runs.run(turn->amount); });
        if (!invalid.empty()) return invalid;
        turns.tell_done(runs.slice().wall, turn->amount);
        turn = turns.wait();
        runs.settle();
        if (!recorded) continue;
        slices.each.push_back(runs.slice());
        for (std::size_t process = 0; process < peer_cpu.size(); ++process)
            peer_cpu[process] += runs.peer_cpu()[process];
        work.units += runs.slice().units;
        work.bytes += runs.bytes();
        cost += runs.cost();
        rest = std::max(rest, runs.rest());
    }
    sample.slices = std::move(slices);
    sample.work = work;
    sample.cost = {cost.cpu_ns(), cost};
    sample.evidence.at_gates = rest;
    return {};
}

// Sets slices, work and cost of the sample, how the model was found, and the memory of the tasks. `peer_cpu`: what each
// process of the peer used in all slices.
std::string take_turns(Harness& harness, Turns& turns, Sample& sample, std::vector<sys::Nanoseconds>& peer_cpu) {
    peer_cpu.assign(harness.peer_processes(), sys::Nanoseconds{0});
    if (harness.windows() == nullptr) return take_runs(harness, turns, sample, peer_cpu);
    std::string failure = take_windows(harness, sample);
    if (harness.has_peer()) peer_cpu = harness.meter().peer().used_by_process();
    return failure;
}

}  // namespace

std::string measure_turns(benchmark::State& state, Harness& harness, Turns& turns, Sample& sample) {
    std::vector<sys::Nanoseconds> peer_cpu;
    std::string failure = take_turns(harness, turns, sample, peer_cpu);
    if (turns.abandoned()) throw std::runtime_error{"the program that gives the turns has gone"};
    if (!failure.empty()) return failure;
    if (std::string refused = turns.failure(); !refused.empty()) throw std::runtime_error{refused};
    sys::Nanoseconds wall{0};
    std::size_t number = 0;
    for ([[maybe_unused]] const auto unused : state) {
        state.SetIterationTime(std::chrono::duration<double>(sample.slices->scaled(number, &Slice::wall)).count());
        wall += sample.slices->each[number].wall;
        ++number;
    }
    if (harness.has_peer()) sample.evidence.set_peer(peer_cpu, wall);
    return {};
}

}  // namespace bench
