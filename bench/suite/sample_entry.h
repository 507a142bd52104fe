#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/suite/plan.h"

namespace bench {

// Where a sample stands in the run.
struct Position {
    int round;
    int rounds;
    std::size_t sequence;
};

// The case that an entry of a results document was made of. Throws std::exception where the entry is none of ours.
[[nodiscard]] Case case_of(const nlohmann::json& entry);

// The one entry that a benchmark binary wrote for this case. Throws std::runtime_error that says why it cannot be
// used: whatever we are given, what we write conforms to results/schema.json.
[[nodiscard]] nlohmann::json take_entry(const nlohmann::json& document, const PlannedCase& planned);

// The entry of a sample that left none.
[[nodiscard]] nlohmann::json unfinished_entry(const PlannedCase& planned, Placement placement,
                                              std::chrono::system_clock::time_point started, const std::string& reason);

void put_in_position(nlohmann::json& entry, const PlannedCase& planned, const Position& position);

}  // namespace bench
