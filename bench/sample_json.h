#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/sample.h"

namespace bench {

// A sample by $defs/sample of results/schema.json, but without its place in the run (set_position() of document.h).
[[nodiscard]] nlohmann::json to_json(const Sample& sample);

}  // namespace bench
