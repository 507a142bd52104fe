#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>

#include "sys/clock.h"

namespace sys {

// The resources that processes have used. Trivially copyable, so that a child can publish it in shared memory.
struct ResourceUsage {
    std::int64_t cpu_user_ns = 0;
    std::int64_t cpu_system_ns = 0;
    std::int64_t switches_voluntary = 0;
    std::int64_t switches_involuntary = 0;
    std::int64_t faults_minor = 0;
    std::int64_t faults_major = 0;

    ResourceUsage& operator+=(const ResourceUsage& other) noexcept;
    ResourceUsage& operator-=(const ResourceUsage& other) noexcept;
    [[nodiscard]] std::int64_t cpu_ns() const noexcept { return cpu_user_ns + cpu_system_ns; }
};
[[nodiscard]] ResourceUsage operator+(ResourceUsage left, const ResourceUsage& right) noexcept;
[[nodiscard]] ResourceUsage operator-(ResourceUsage left, const ResourceUsage& right) noexcept;

// Of this process: of all its threads, also those that have ended.
[[nodiscard]] ResourceUsage own_usage() noexcept;
// Of the calling thread.
[[nodiscard]] ResourceUsage thread_usage() noexcept;
// Of this process and of its children that were reaped. A child that still runs is not included: it has to publish its
// own_usage() itself. (Google Benchmark reads CLOCK_PROCESS_CPUTIME_ID, which includes no children at all.)
[[nodiscard]] ResourceUsage usage_with_children() noexcept;

// The sum over all CPUs since boot (/proc/stat). The kernel counts in ticks of 10 ms.
struct MachineTime {
    Nanoseconds busy;   // in processes and in the kernel
    Nanoseconds steal;  // taken by the hypervisor
};
// Nullopt if /proc does not have the figures.
[[nodiscard]] std::optional<MachineTime> machine_time();
// How long the control group of this process was not allowed to run, because it had used up its quota of CPU time
// (version 2 of control groups; nullopt if there is none, or if it has no limit).
[[nodiscard]] std::optional<Nanoseconds> throttled_time();
// The figure in the text of a control group's cpu.stat.
[[nodiscard]] std::optional<Nanoseconds> throttled_time_in(std::istream& cpu_stat);
// How long the main thread of this process was ready to run, and waited for a CPU (/proc/self/schedstat).
[[nodiscard]] std::optional<Nanoseconds> run_delay();

}  // namespace sys
