#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bench {

// The parts of a run's description ($defs/run of results/schema.json). A fact that the kernel does not tell is null,
// never an error.
[[nodiscard]] nlohmann::json describe_machine();
[[nodiscard]] nlohmann::json describe_build();
[[nodiscard]] nlohmann::json describe_models();
[[nodiscard]] nlohmann::json describe_workloads();

[[nodiscard]] std::string host_name();

}  // namespace bench
