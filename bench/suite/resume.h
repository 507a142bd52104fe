#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench/suite/plan.h"
#include "bench/suite/record.h"

namespace bench {

// A run to resume. All functions throw UsageError, with a message of one line.
struct Unfinished {
    std::filesystem::path path;  // of its results document, which need not exist: the run may have been killed
    nlohmann::json run;          // the context's object "concur"
    bool complete;               // there is nothing left to do
};

// Checks that the document is complete; or else that its journal lies beside it, and was written by this build and on
// this machine.
[[nodiscard]] Unfinished read_unfinished(const std::filesystem::path& path, const MachineCpus& cpus);

// Checks that the plan has all cases of the run, and takes out what the suite has gained since.
void keep_cases_of(const Unfinished& unfinished, Plan& plan);

// Takes what the run has measured into the record of that plan.
void restore(const Unfinished& unfinished, Record& record);

}  // namespace bench
