#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

// The flags of Google Benchmark, from the command line and its environment variables. Google Benchmark ends with exit
// code 0 for some wrong values, goes on with a default for others, and writes its file itself. So they are checked
// here, before anything is measured.
struct BenchmarkFlags {
    enum class Format { console, json, csv };

    // The command line for Google Benchmark and for us. The output file is ours, so Google Benchmark gets /dev/null.
    std::vector<std::string> arguments;
    std::filesystem::path output;  // empty: none
    Format output_format = Format::json;
    Format format = Format::console;  // of standard output
    bool lists_cases = false;
    bool asks_for_help = false;
    std::string repetitions = "1";
};

// Throws std::invalid_argument, with one line. Says on stderr which flag has no effect.
[[nodiscard]] BenchmarkFlags read_benchmark_flags(const std::vector<std::string>& arguments);

// For a program that starts benchmark binaries and decides everything itself: they would take the variables for flags.
void unset_benchmark_variables();

}  // namespace bench
