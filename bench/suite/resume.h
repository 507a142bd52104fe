#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/suite/plan.h"

namespace bench {

// The results document of an interrupted run. All functions throw UsageError, with a message of one line.
struct Unfinished {
    std::filesystem::path path;
    nlohmann::json document;

    [[nodiscard]] const nlohmann::json& run() const { return document.at("context").at("concur"); }
};

// Checks that the file is a results document of a suite, by this build and on this machine.
[[nodiscard]] Unfinished read_unfinished(const std::filesystem::path& path);

// The planned cases of the run; empty if the document does not list them.
[[nodiscard]] std::vector<std::string> cases_planned(const Unfinished& unfinished);

// Checks that the document belongs to this plan. Returns for each step of the plan whether the document has its sample.
[[nodiscard]] std::vector<bool> steps_taken(const Unfinished& unfinished, const Plan& plan);

}  // namespace bench
