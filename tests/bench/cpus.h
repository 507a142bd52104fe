#pragma once

#include <string_view>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"

namespace bench {

// Those of this machine.
inline const MachineCpus& machine_cpus() {
    static const MachineCpus cpus = cpus_of_this_machine();
    return cpus;
}
inline CpuPlan cpu_plan(Placement placement = Placement::split) { return plan_cpus(placement, machine_cpus()); }

// Enough for two loops in every pool, whatever this machine has.
inline constexpr ModelCpus two_cpus{.computing = 2, .serving = 2};
inline Case case_named(std::string_view name) { return parse_case(name, two_cpus); }

}  // namespace bench
