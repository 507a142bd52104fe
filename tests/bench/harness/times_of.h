#pragma once

#include <cstdint>
#include <optional>

#include "workloads/workload.h"

namespace bench {

// How many times a workload has measured, of all classes of units; nullopt if it measures none.
[[nodiscard]] inline std::optional<std::uint64_t> times_of(const workloads::Workload& workload) {
    if (workload.latency() == nullptr) return std::nullopt;
    std::uint64_t times = workload.latency()->count();
    for (const workloads::OtherLatency& other : workload.other_latencies()) times += other.times->count();
    return times;
}

}  // namespace bench
