#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/suite/series.h"

namespace bench {

// A workload with its arguments, and the series that run it: those of its group, unless the case names others.
struct Point {
    const workloads::Entry* workload;
    Given arguments;   // complete
    int iterations;    // runs, or windows
    int count_rounds;  // system calls are counted in the first `count_rounds` rounds
    std::vector<Series> series;
    std::string baseline;  // the model with which the others are compared; may be empty
};

// A list of cases that are measured together and compared with the first one.
struct NamedGroup {
    std::string name;
    std::vector<Case> cases;
    std::vector<std::string> repeated;  // names of those that have an A/A control
    int iterations;                     // of whole samples
    int count_rounds;
};

// A suite file; bench/suites/README.md describes it.
struct Suite {
    std::string name;
    int rounds;        // sets of the first pass
    int count_rounds;  // the default of the points
    std::optional<double> budget_s;
    // The baselines of points that name none of their own, by the group of their workload; may be empty.
    std::string cpu_baseline;
    std::string io_baseline;
    double time_limit_s;
    CpuPlan cpus;  // on this machine
    std::vector<Series> cpu;
    std::vector<Series> io;
    std::vector<Point> points;
    std::vector<NamedGroup> groups;
    std::vector<Case> controls;  // A/A controls: each is also a case of a point

    // The point under each of its series. Leaves out a native control of another workload, and a case that is equal to
    // another only because of the number of CPUs.
    [[nodiscard]] std::vector<Case> cases(const Point& point) const;
};

// The folder of suites in the source tree of this build.
[[nodiscard]] std::filesystem::path default_suites_folder();

// The file of a suite: `<folder>/<suite>.json`; but `suite` itself if it has a slash or ends in ".json". All three
// throw UsageError, with a message of one line.
[[nodiscard]] std::filesystem::path find_suite(const std::string& suite, const std::filesystem::path& folder);
// `machine`: tells for how many CPUs the suite is. `placement`: instead of the suite's own.
[[nodiscard]] Suite parse_suite(const nlohmann::json& suite, const std::string& file, const MachineCpus& machine,
                                std::optional<Placement> placement = {});
[[nodiscard]] Suite load_suite(const std::filesystem::path& path, const MachineCpus& machine,
                               std::optional<Placement> placement = {});

}  // namespace bench
