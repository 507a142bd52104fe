#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "bench/harness/placement.h"
#include "bench/suite/plan.h"

namespace bench {

// The command line; what was not given is empty.
struct Options {
    std::string program;  // as it was called
    std::optional<std::string> suite;
    std::filesystem::path output;
    std::filesystem::path resume;
    std::optional<int> rounds;
    std::optional<Placement> placement;
    std::optional<double> time_limit_s;
    Selection selection;
    std::filesystem::path suites_folder;
    std::filesystem::path binaries_folder;
    bool list = false;
    bool quiet = false;
};

// Nothing where the call was answered right here (--help, --version), on stdout. Throws UsageError.
[[nodiscard]] std::optional<Options> parse_options(int argc, const char* const* argv);

// The command line that goes on with a run that these options began, ready to be pasted into a shell.
[[nodiscard]] std::string resume_command(const Options& options, const std::filesystem::path& file);

}  // namespace bench
