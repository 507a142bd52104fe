#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/sample.h"

namespace bench {

// A sample by $defs/sample of results/schema.json, but without its place in the run (set_position() of document.h).
[[nodiscard]] nlohmann::json to_json(const Sample& sample);

// The counts of a sample. to_counts() is the reverse, and throws nlohmann::json::exception for another object.
[[nodiscard]] nlohmann::json to_json(const Counts& counts);
[[nodiscard]] Counts to_counts(const nlohmann::json& object);

}  // namespace bench
