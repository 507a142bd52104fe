#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/suite/plan.h"

namespace bench {

// The place of a sample in the run.
struct Position {
    std::string group;
    int round;
    int rounds;
    std::optional<int> block;  // nullopt for whole samples
    // The baseline's process in a block that is not its first one in this round.
    bool further;
    std::size_t sequence;
};

// The case of an entry in a results document. Throws std::exception if the entry is not a valid one.
[[nodiscard]] Case case_of(const nlohmann::json& entry);

// Takes the only entry of a benchmark binary's document, which must be of this case. Throws std::exception if the entry
// does not conform to results/schema.json, because our own document must.
[[nodiscard]] nlohmann::json take_entry(const nlohmann::json& document, const PlannedCase& planned);

// The entry of a sample whose binary wrote none, without its place in the run.
[[nodiscard]] nlohmann::json unfinished_entry(const PlannedCase& planned, const CpuPlan& cpus,
                                              std::chrono::system_clock::time_point started, const std::string& reason);

// Sets the place in the run, the name, and the symbols, which the binary did not know; marks an A/A control and a
// further process of the baseline.
void put_in_position(nlohmann::json& entry, const PlannedCase& planned, const Position& position);

}  // namespace bench
