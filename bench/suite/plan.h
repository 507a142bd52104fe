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
    std::string filter;        // a regular expression that matches a part of the case's name
    std::string without = {};  // the same, of the cases that are left out
};

struct PlannedCase {
    Case what;
    std::string name;
    int iterations;    // of a whole sample
    int count_rounds;  // system calls are counted in the first `count_rounds` sets
    bool control;      // an A/A control: repeats a case
    bool in_turns;     // false: whole samples, one after the other

    // The run_name of the entry: of slices, or of a whole sample. An A/A control has its own name; otherwise tools
    // would take it for a repetition.
    [[nodiscard]] std::string run_name(bool of_slices) const;
    // As it is planned.
    [[nodiscard]] std::string run_name() const { return run_name(in_turns); }
};

// A comparison group: cases that are measured close together in time, so that each can be divided by the baseline.
struct Group {
    std::string name;
    std::vector<PlannedCase> cases;
    std::size_t baseline;  // index of the case with which the others are compared
};

// A round is a set: each case once, in a fresh process.
struct Plan {
    std::vector<Group> groups;  // none is empty
    int rounds;
};

// The number of planned cases, with A/A controls.
[[nodiscard]] std::size_t case_count(const Plan& plan);

// Throws UsageError for an unknown name and for a selection without a case.
[[nodiscard]] Plan make_plan(const Suite& suite, const Selection& selection, int rounds);

// How many descriptors one process needs for cases whose name has this part, "/connections:1000/".
struct DescriptorNeed {
    std::string what;
    std::size_t descriptors;
};
// Makes each workload with its sockets for a moment, to ask it and its peer.
[[nodiscard]] std::vector<DescriptorNeed> descriptors_needed(const Plan& plan);

}  // namespace bench
