#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/sample.h"

namespace bench {

// results/schema.json's $defs/sample, with round and sequence 0.
[[nodiscard]] nlohmann::json to_json(const Sample& sample);

}  // namespace bench
