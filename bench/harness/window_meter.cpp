#include "bench/harness/window_meter.h"

#include <algorithm>
#include <string>

namespace bench {
namespace {

using Event = sys::PerfCounter::Event;

// The slab of the whole machine, and the pages that model and peer share, change by some hundred kilobytes meanwhile.
constexpr std::int64_t memory_noise_bytes = 1 << 20;

}  // namespace

Counters::Counters(pid_t thread)
    : system_calls_{Event::system_calls, thread},
      switches_{Event::switches, thread},
      migrations_{Event::cpu_migrations, thread} {}

Counts Counters::read() const {
    Counts counts{.units = 0,
                  .system_calls = system_calls_.read(),
                  .switches = switches_.read(),
                  .migrations = migrations_.read(),
                  .reason = {}};
    for (const sys::PerfCounter* const counter : {&migrations_, &switches_, &system_calls_}) {
        if (counter->reason().empty()) continue;
        counts.reason = {};
        counter->reason().copy(counts.reason.data(), counts.reason.size() - 1);
    }
    return counts;
}

Counts difference(const Counts& before, const Counts& after) {
    Counts counts = after;
    for (const auto count : {&Counts::system_calls, &Counts::switches, &Counts::migrations}) {
        if (after.*count && before.*count) *(counts.*count) -= *(before.*count);
    }
    return counts;
}

WindowMeter::WindowMeter(const workloads::Workload& workload, std::size_t windows, Turns* turns, std::size_t peers_most)
    : workload_{workload}, turns_{turns}, readings_{windows}, peer_{windows, peers_most} {}

void WindowMeter::read_memory_before_model() {
    if (workload_.waiting_at_gate() > 0) memory_before_model_ = sys::memory_usage_of(model_.pids());
}

std::optional<workloads::Memory> WindowMeter::memory() const noexcept {
    const std::size_t connections = workload_.waiting_at_gate();
    if (connections == 0) return std::nullopt;
    return workloads::Memory{.when = workloads::Memory::When::connected,
                             .tasks = connections,
                             .process_bytes = memory_at_first_gate_->pss_bytes - memory_before_model_.pss_bytes,
                             .kernel_bytes = memory_at_first_gate_->kernel_bytes - memory_before_model_.kernel_bytes,
                             .noise_bytes = memory_noise_bytes};
}

std::optional<workloads::NextWindow> WindowMeter::at_gate(const workloads::Gate& gate) {
    std::optional<workloads::NextWindow> next;
    Used closing = used();
    peer_.before_pause();
    if (!gate.closed) {
        *tcp_at_first_gate_ = sys::tcp_statistics();
        if (workload_.waiting_at_gate() > 0) *memory_at_first_gate_ = sys::memory_usage_of(model_.pids());
    }
    sys::ProcessFamily::Reading model{};
    if (turns_ == nullptr) {
        next = next_of_plan(gate);
        model = model_.read_at_rest();
    } else {
        model = model_.read_over([&] { next = next_turn(gate); });
    }
    const bool first = gate.recorded == 0 && next && next->recorded;
    if (first) workloads::clear_latency(workload_);
    Used opening = used();
    const bool closes = gate.closed && gate.closed->recorded;
    const bool opens = next && next->recorded;
    peer_.after_pause(closes ? std::optional{gate.recorded - 1} : std::nullopt,
                      opens ? std::optional{gate.recorded} : std::nullopt);
    closing.model_cpu_ns = model.before.count();
    opening.model_cpu_ns = model.after.count();
    closing.rest = model.rest;
    opening.rest = model.rest_after;
    if (closes) readings_[gate.recorded - 1].closing = closing;
    if (opens) readings_[gate.recorded].opening = opening;
    return next;
}

WindowMeter::Used WindowMeter::used() const {
    return {
        .model_cpu_ns = 0, .counts = counters_ ? counters_->read() : Counts{}, .rest = sys::ProcessFamily::Rest::slept};
}

std::optional<workloads::NextWindow> WindowMeter::next_of_plan(const workloads::Gate& gate) const {
    if (gate.recorded == readings_.size()) return std::nullopt;
    return workloads::NextWindow{.units = quota_.value_or(workload_.windows()->nominal_units())};
}

// The others take their turns meanwhile.
std::optional<workloads::NextWindow> WindowMeter::next_turn(const workloads::Gate& gate) {
    if (gate.closed) {
        turns_->tell_done(gate.closed->closed - gate.closed->opened, gate.closed->work.units);
    } else {
        // Finds members that spin, so that they are stopped already while others get ready.
        (void)model_.read_at_rest();
        turns_->tell_ready();
    }
    const std::optional<Turns::Turn> turn = turns_->wait();
    if (!turn) return std::nullopt;
    return workloads::NextWindow{.units = turn->amount, .recorded = turn->recorded};
}

sys::Nanoseconds WindowMeter::model_cpu(std::size_t window) const noexcept {
    const auto& [opening, closing] = readings_[window];
    return sys::Nanoseconds{closing.model_cpu_ns - opening.model_cpu_ns};
}

Counts WindowMeter::counts(std::size_t window) const {
    return difference(readings_[window].opening.counts, readings_[window].closing.counts);
}

sys::ProcessFamily::Rest WindowMeter::rest() const noexcept {
    sys::ProcessFamily::Rest worst = sys::ProcessFamily::Rest::slept;
    for (const auto& [opening, closing] : readings_) worst = std::max({worst, opening.rest, closing.rest});
    return worst;
}

}  // namespace bench
