#pragma once

#include <cstdint>
#include <optional>

#include "sys/clock.h"

namespace sys {

// What a set of processes has used. Trivially copyable, so that a child can publish it through shared memory.
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

// This process: all its threads, those that have ended included.
[[nodiscard]] ResourceUsage own_usage() noexcept;
// This process and all its children that ended and were waited for. A child that lives on is not in it: such a
// child publishes own_usage() itself (CLOCK_PROCESS_CPUTIME_ID, which Google Benchmark reads, knows no children
// at all).
[[nodiscard]] ResourceUsage usage_with_children() noexcept;

// Of all CPUs together since boot (/proc/stat), in the kernel's ticks of 10 ms.
struct MachineTime {
    Nanoseconds busy;   // in processes and in the kernel
    Nanoseconds steal;  // taken by the hypervisor
};
// Nothing where /proc does not tell.
[[nodiscard]] std::optional<MachineTime> machine_time();
// How long the main thread of this process has been ready but not running (/proc/self/schedstat).
[[nodiscard]] std::optional<Nanoseconds> run_delay();

}  // namespace sys
