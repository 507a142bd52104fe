#pragma once

#include <string>
#include <vector>

#include "bench/harness/case.h"
#include "bench/suite/suite_file.h"

namespace bench {

// Selects cases of a suite. An empty member selects all.
struct Selection {
    std::vector<std::string> workloads;
    std::vector<std::string> models;
    std::string filter;  // a regular expression that matches a part of the case's name
    // Names of cases. A resumed run has the cases of its document, even if the suite has more models now.
    std::vector<std::string> cases = {};
};

struct PlannedCase {
    Case what;
    std::string name;
    int iterations;
    int count_rounds;  // of its point
    bool control;      // an A/A control: repeats a case

    // The run_name of the entry. An A/A control has its own name; otherwise tools would take it for a repetition.
    [[nodiscard]] std::string run_name() const;
};

// One planned sample.
struct Step {
    std::size_t index;  // of the case
    int round;
};

// The order of all samples. A round takes each case once. In a round, all models of one point follow each other; every
// other round reverses their order (ABBA), so that a slow drift of the machine affects two models alike. An A/A control
// runs at the other end of its case's group, so that it is as far from its case as two compared models may be.
struct Plan {
    std::vector<PlannedCase> cases;  // in the order of the first round
    std::vector<Step> steps;
    int rounds;
};

// The names of the planned cases, without A/A controls.
[[nodiscard]] std::vector<std::string> case_names(const Plan& plan);

// Throws UsageError for an unknown name and for a selection without a case.
[[nodiscard]] Plan make_plan(const Suite& suite, const Selection& selection, int rounds);

// How many descriptors one process needs for the largest case. Makes each workload with its sockets for a moment, to
// ask it and its peer.
[[nodiscard]] std::size_t descriptors_needed(const Plan& plan);

}  // namespace bench
