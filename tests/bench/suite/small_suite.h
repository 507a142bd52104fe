#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/suite/plan.h"
#include "bench/suite/suite_file.h"
#include "bench/suite/usage_error.h"
#include "cpus.h"

namespace bench::test {

// Six CPU cases and four I/O cases, with an A/A control for each group.
inline nlohmann::json small_suite_json() {
    return nlohmann::json::parse(R"({
        "name": "small", "rounds": 3, "time_limit_s": 1.5, "placement": "shared",
        "models": {"cpu": [{"model": "serial"}, {"model": "thread_pool", "arguments": {"workers": [2, 4]}}],
                   "io": [{"model": "poll"}, {"model": "epoll"}]},
        "cases": [
            {"workload": "primes", "arguments": {"tasks": 8, "grain_us": [1, 10]}, "iterations": [20, 5]},
            {"workload": "echo", "arguments": {"connections": [1, 100], "payload": 64, "requests": [20, 200]}}],
        "controls": [
            {"workload": "primes", "arguments": {"tasks": 8, "grain_us": 10}, "model": "serial"},
            {"workload": "echo", "arguments": {"connections": 1, "requests": 20}, "model": "epoll"}]
    })");
}

inline Suite small_suite() { return parse_suite(small_suite_json(), "small.json", machine_cpus()); }

// The message of the UsageError that the function throws; empty if it throws none.
template <class Function>
std::string complaint(Function function) {
    try {
        function();
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

}  // namespace bench::test
