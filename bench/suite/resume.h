#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/suite/plan.h"

namespace bench {

// A results document that was read in order to go on from it. All throw UsageError, with one line.
struct Unfinished {
    std::filesystem::path path;
    nlohmann::json document;

    [[nodiscard]] const nlohmann::json& run() const { return document.at("context").at("concur"); }
};

// Checks that the file is a results document of a suite, of this build, and made on this machine.
[[nodiscard]] Unfinished read_unfinished(const std::filesystem::path& path);

// The cases that the run was to have; empty for a document that does not tell.
[[nodiscard]] std::vector<std::string> cases_planned(const Unfinished& unfinished);

// Checks that the document is of this plan. Returns, for each step of the plan, whether the document has it.
[[nodiscard]] std::vector<bool> steps_taken(const Unfinished& unfinished, const Plan& plan);

}  // namespace bench
