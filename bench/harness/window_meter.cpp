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
    reading.model_cpu_ns = model_.cpu_time_at_rest().count();
    reading.gate_cpu_ns = own_cpu_ns();
    if (counters_) reading.counts = counters_->read();
}

sys::Nanoseconds WindowMeter::model_cpu(std::size_t window) const noexcept {
    return sys::Nanoseconds{readings_[window + 1].model_cpu_ns - readings_[window].model_cpu_ns};
}

sys::Nanoseconds WindowMeter::gate_cpu(std::size_t window) const noexcept {
    return sys::Nanoseconds{readings_[window + 1].gate_cpu_ns - readings_[window].gate_cpu_ns};
}

Counts WindowMeter::counts(std::size_t window) const {
    return difference(readings_[window].counts, readings_[window + 1].counts);
}

}  // namespace bench
