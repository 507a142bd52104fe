#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"

namespace bench {

// A model, with the arguments that the suite gives it: one line in every chart. The others are the model's defaults for
// each case.
struct Series {
    const models::Entry* model;
    tasks::Arguments given;
};

// A workload with its arguments, and the series that run it: those of its group, unless the case names others.
struct Point {
    const workloads::Entry* workload;
    tasks::Arguments arguments;  // complete
    int iterations;              // runs, or windows
    int count_rounds;            // system calls are counted in the first `count_rounds` rounds
    std::vector<Series> series;
};

// A suite file; bench/suites/README.md describes it.
struct Suite {
    std::string name;
    int rounds;
    int count_rounds;  // the default of the points
    double time_limit_s;
    Placement placement;
    std::vector<Series> cpu;
    std::vector<Series> io;
    std::vector<Point> points;
    std::vector<Case> controls;  // A/A controls: each is also a case of a point

    // The point under each of its series. Leaves out a native control of another workload.
    [[nodiscard]] static std::vector<Case> cases(const Point& point);
};

// The folder of suites in the source tree of this build.
[[nodiscard]] std::filesystem::path default_suites_folder();

// The file of a suite: `<folder>/<suite>.json`; but `suite` itself if it has a slash or ends in ".json". All three
// throw UsageError, with a message of one line.
[[nodiscard]] std::filesystem::path find_suite(const std::string& suite, const std::filesystem::path& folder);
[[nodiscard]] Suite parse_suite(const nlohmann::json& suite, const std::string& file);
[[nodiscard]] Suite load_suite(const std::filesystem::path& path);

}  // namespace bench
