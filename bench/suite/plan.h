#pragma once

#include <string>
#include <vector>

#include "bench/harness/case.h"
#include "bench/suite/suite_file.h"

namespace bench {

// What of a suite is to be run; what is empty leaves nothing out.
struct Selection {
    std::vector<std::string> workloads;
    std::vector<std::string> models;
    std::string filter;  // a regular expression that is found in the case's name
    // By their whole names: what a run that is resumed was to have. A suite may choose more since then.
    std::vector<std::string> cases = {};
};

struct PlannedCase {
    Case what;
    std::string name;
    int iterations;
    int count_rounds;  // as its point's
    bool control;      // the same case again (A/A)

    // What Google Benchmark calls it; a control has a name of its own, or tools would take it for a repetition.
    [[nodiscard]] std::string run_name() const;
};

// One sample to be taken.
struct Step {
    std::size_t index;  // of the case
    int round;
};

// Round by round; in a round workload by workload and size by size; in each of these all models next to each other,
// in reverse order in every other round (ABBA), so that what drifts slowly hits both of a pair alike. A control
// stands at the far end of its case's group: as far away as any two models that are compared.
struct Plan {
    std::vector<PlannedCase> cases;  // in the order of the first round
    std::vector<Step> steps;
    int rounds;
};

// The names of the planned cases, each once.
[[nodiscard]] std::vector<std::string> case_names(const Plan& plan);

// Throws UsageError: an unknown name, a filter that matches nothing.
[[nodiscard]] Plan make_plan(const Suite& suite, const Selection& selection, int rounds);

// Descriptors that one process needs for the largest case, by what workloads and their peers demand. Makes each
// workload, and so its sockets, for a moment.
[[nodiscard]] std::size_t descriptors_needed(const Plan& plan);

}  // namespace bench
