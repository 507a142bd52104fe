#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "sys/clock.h"
#include "sys/kernel_threads.h"
#include "sys/resource_usage.h"

namespace bench {

// Measures what others did on this machine while the processes of a block lived: the hypervisor, other programs, and a
// quota of CPU time.
class BlockWatch {
public:
    BlockWatch() = default;
    // Call it when all processes of the block have been reaped, because only then is it known what they used. Returns
    // elapsed_ns, steal_ns, others_cpu_ns and throttled_ns, for the evidence of each sample.
    [[nodiscard]] nlohmann::json evidence() const;

private:
    sys::TimePoint begin_ = sys::now();
    sys::ResourceUsage used_ = sys::usage_with_children();
    std::optional<sys::MachineTime> machine_ = sys::machine_time();
    sys::KernelThreadTimes kernel_ = sys::kernel_thread_times();
    std::optional<sys::Nanoseconds> throttled_ = sys::throttled_time();
};

}  // namespace bench
