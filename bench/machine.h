#pragma once

#include <nlohmann/json_fwd.hpp>

namespace bench {

// The parts of results/schema.json's $defs/run that describe where and with what a run was made. What a kernel does
// not tell is null there, never an error.
[[nodiscard]] nlohmann::json describe_machine();
[[nodiscard]] nlohmann::json describe_build();
[[nodiscard]] nlohmann::json describe_models();
[[nodiscard]] nlohmann::json describe_workloads();

}  // namespace bench
