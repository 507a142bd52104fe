#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/harness/placement.h"

namespace bench {

// The parts of a run's description ($defs/run of results/schema.json). A fact that the kernel does not tell is null,
// never an error.
// `cpus`: null if the program that started this one chose the CPUs; then it describes their topology.
[[nodiscard]] nlohmann::json describe_machine(const MachineCpus* cpus);
[[nodiscard]] nlohmann::json describe_build();
[[nodiscard]] nlohmann::json describe_models();
[[nodiscard]] nlohmann::json describe_workloads();

[[nodiscard]] std::string host_name();

}  // namespace bench
