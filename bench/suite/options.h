#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "bench/harness/placement.h"
#include "bench/suite/plan.h"

namespace bench {

// The command line. An option that was not given is empty.
struct Options {
    std::string program;  // as the caller wrote it
    std::optional<std::string> suite;
    std::filesystem::path output;
    std::filesystem::path resume;
    std::optional<int> rounds;
    std::optional<double> budget_s;
    std::optional<std::uint64_t> seed;
    std::optional<Placement> placement;
    std::optional<double> time_limit_s;
    Selection selection;
    std::filesystem::path suites_folder;
    std::filesystem::path binaries_folder;
    bool list = false;
    bool quiet = false;
};

// Returns nullopt if it has answered the call itself, on stdout (--help, --version). Throws UsageError.
[[nodiscard]] std::optional<Options> parse_options(int argc, const char* const* argv);

// "90s", "6m", "1.5h", or a number of seconds; in seconds. Throws UsageError.
[[nodiscard]] double parse_time(const std::string& text);

// The shell command that resumes a run with these options.
[[nodiscard]] std::string resume_command(const Options& options, const std::filesystem::path& file);

}  // namespace bench
