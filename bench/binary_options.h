#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/benchmark_flags.h"
#include "bench/harness/placement.h"

namespace bench {

// The options of a benchmark binary that are ours, not Google Benchmark's.
struct BinaryOptions {
    static constexpr int no_turns = -1;

    std::vector<std::string> cases;
    std::vector<std::string> models;
    int iterations = 0;  // 0: as many as the table says
    Placement placement = Placement::split;
    bool count = false;
    bool describe = false;
    std::string model_cpus;  // both empty: this program chooses the CPUs
    std::string peer_cpus;
    int turns = no_turns;             // a descriptor
    std::string counts_of;            // a case; empty: none
    std::uint64_t counted_units = 0;  // 0: the nominal quota
};

// Takes ours, and hands Google Benchmark its flags; it keeps pointers to them. --help ends the program. Throws
// CLI::ParseError.
[[nodiscard]] BinaryOptions parse_binary_options(BenchmarkFlags& flags, CLI::App& app);

}  // namespace bench
