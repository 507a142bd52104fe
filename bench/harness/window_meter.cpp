#include "bench/harness/window_meter.h"

#include <algorithm>
#include <ctime>
#include <string>

namespace bench {
namespace {

using Event = sys::PerfCounter::Event;

std::int64_t own_cpu_ns() noexcept {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

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

void WindowMeter::at_gate(std::size_t windows_closed) {
    Reading& reading = readings_[windows_closed];
    const auto count = [this] { return counters_ ? counters_->read() : Counts{}; };
    reading.closing.counts = count();
    reading.closing.gate_cpu_ns = own_cpu_ns();
    const sys::ProcessFamily::Reading model = model_.read_at_rest();
    reading.closing.model_cpu_ns = model.before.count();
    reading.opening.model_cpu_ns = model.after.count();
    reading.rest = model.rest;
    reading.opening.gate_cpu_ns = own_cpu_ns();
    reading.opening.counts = count();
}

sys::Nanoseconds WindowMeter::model_cpu(std::size_t window) const noexcept {
    return sys::Nanoseconds{readings_[window + 1].closing.model_cpu_ns - readings_[window].opening.model_cpu_ns};
}

sys::Nanoseconds WindowMeter::gate_cpu(std::size_t window) const noexcept {
    return sys::Nanoseconds{readings_[window + 1].closing.gate_cpu_ns - readings_[window].opening.gate_cpu_ns};
}

Counts WindowMeter::counts(std::size_t window) const {
    return difference(readings_[window].opening.counts, readings_[window + 1].closing.counts);
}

sys::ProcessFamily::Rest WindowMeter::rest() const noexcept {
    return std::ranges::max(readings_, {}, &Reading::rest).rest;
}

}  // namespace bench
