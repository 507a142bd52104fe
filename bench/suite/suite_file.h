#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"

namespace bench {

// A model at a size: one line in every chart.
struct Series {
    const models::Entry* model;
    tasks::Arguments arguments;  // complete
};

// A workload at a size, and what it is run under: every series of its group, unless the file names others.
struct Point {
    const workloads::Entry* workload;
    tasks::Arguments arguments;  // complete
    int iterations;
    int count_rounds;  // in how many rounds, the first ones, system calls are counted
    std::vector<Series> series;
};

// What bench/suites/README.md describes.
struct Suite {
    std::string name;
    int rounds;
    int count_rounds;  // of the points that do not say otherwise
    double time_limit_s;
    Placement placement;
    std::vector<Series> cpu;
    std::vector<Series> io;
    std::vector<Point> points;
    std::vector<Case> controls;  // each of them also a point under a series

    // The point under each of its series that can run it at all.
    [[nodiscard]] static std::vector<Case> cases(const Point& point);
};

// The folder of suites in the source tree that this was built from.
[[nodiscard]] std::filesystem::path default_suites_folder();

// The file of a suite: `<folder>/<name>.json`, or the very path where `suite` is one (it has a slash or ends in
// ".json"). All three throw UsageError, with one line.
[[nodiscard]] std::filesystem::path find_suite(const std::string& suite, const std::filesystem::path& folder);
[[nodiscard]] Suite parse_suite(const nlohmann::json& suite, const std::string& file);
[[nodiscard]] Suite load_suite(const std::filesystem::path& path);

}  // namespace bench
