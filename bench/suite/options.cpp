#include "bench/suite/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "bench/build_info.h"
#include "bench/suite/suite_file.h"
#include "bench/suite/usage_error.h"

namespace bench {
namespace {

std::filesystem::path own_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

std::string version() {
    return "concur " + std::string{build_info::version} + " (" + std::string{build_info::git_revision} + ")";
}

std::string quoted(const std::string& word) {
    const auto plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view{"_-./:,=+@%"}.find(static_cast<char>(c)) != std::string::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) return word;
    std::string result{"'"};
    for (const char c : word) result += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return result + "'";
}

std::optional<Placement> to_placement(const std::string& name) {
    if (name.empty()) return std::nullopt;
    return or_usage_error("--placement: ", [&] { return parse_placement(name); });
}

void add_options(CLI::App& app, Options& options, std::string& placement, std::string& budget) {
    app.add_option("SUITE", options.suite,
                   "quick (the default), full, native, libraries, or a JSON file (see bench/suites/README.md)");
    app.add_option("-o,--output", options.output,
                   "Results document to write; default: results/local/<time>-<host>.json");
    app.add_option("--resume", options.resume, "Resume the interrupted run of this results document");
    app.add_option("--rounds", options.rounds,
                   "Number of sets: how often each case is measured in a new process; default: the suite's, and more "
                   "where the intervals are widest, as long as the time lasts")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option(
           "--budget", budget,
           "How long to measure, such as 90s, 6m or 8h; default: the suite's, but none with --rounds. Each case "
           "is measured at least once")
        ->type_name("TIME");
    app.add_option("--seed", options.seed, "Seed of the random order; default: a new one, which the document records");
    app.add_option("--workload", options.selection.workloads, "Run only these workloads")->type_name("NAME");
    app.add_option("--model", options.selection.models, "Run only these models")->type_name("NAME");
    app.add_option("--filter", options.selection.filter, "Run only the cases whose name matches")->type_name("REGEX");
    app.add_option("--without", options.selection.without, "Leave out the cases whose name matches")
        ->type_name("REGEX");
    app.add_option("--placement", placement, "split, shared or free; default: the suite's");
    app.add_option("--time-limit", options.time_limit_s,
                   "Seconds that a sample or a turn may take; default: the suite's")
        ->check(CLI::PositiveNumber);
    app.add_option("--suites", options.suites_folder, "Folder of the suites that have a name")->type_name("DIR");
    app.add_option("--binaries", options.binaries_folder,
                   "Folder of bench_cpu and bench_io; default: the folder of this program")
        ->type_name("DIR");
    app.add_flag("--list", options.list, "Print the planned cases; run nothing");
    app.add_flag("--quiet", options.quiet, "Print only errors");
    app.set_version_flag("--version", version(), "Print the version");
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
    CLI::App app{
        "Runs a suite of benchmarks and writes one results document. The models of a case are alive at once and "
        "take turns; each set of measurements has new processes.",
        "suite_runner"};
    Options options;
    options.program = argv[0];
    options.suites_folder = default_suites_folder();
    std::string placement;
    std::string budget;
    add_options(app, options, placement, budget);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help_or_version) {
        app.exit(help_or_version);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw UsageError{std::string{error.what()} + "; see --help"};
    }
    options.placement = to_placement(placement);
    if (!budget.empty()) options.budget_s = parse_time(budget);
    if (options.binaries_folder.empty()) options.binaries_folder = own_folder();
    if (!options.resume.empty() && !options.output.empty() && options.output != options.resume) {
        throw UsageError{"--resume continues its own file: do not give --output"};
    }
    if (!options.resume.empty() && (options.seed || options.budget_s)) {
        throw UsageError{"--resume continues with the run's own seed and budget: do not give --seed or --budget"};
    }
    return options;
}

double parse_time(const std::string& text) {
    static const std::map<std::string, double> units{{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
    std::size_t length = 0;
    double number = 0;
    try {
        number = std::stod(text, &length);
    } catch (const std::exception&) {
        length = 0;
    }
    const auto unit = units.find(text.substr(length));
    if (length == 0 || unit == units.end() || !(number > 0) || number > 1e9) {
        throw UsageError{"--budget: '" + text + "' is not a time; write 90s, 6m or 8h"};
    }
    return number * unit->second;
}

std::string resume_command(const Options& options, const std::filesystem::path& file) {
    std::string command = quoted(options.program);
    const auto add = [&command](const std::string& word) { command += " " + quoted(word); };
    if (options.suite) add(*options.suite);
    const auto add_names = [&add](const char* flag, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            add(flag);
            add(name);
        }
    };
    add_names("--workload", options.selection.workloads);
    add_names("--model", options.selection.models);
    if (!options.selection.filter.empty()) add_names("--filter", {options.selection.filter});
    if (!options.selection.without.empty()) add_names("--without", {options.selection.without});
    if (options.time_limit_s) add_names("--time-limit", {CLI::detail::to_string(*options.time_limit_s)});
    if (options.suites_folder != default_suites_folder()) add_names("--suites", {options.suites_folder.string()});
    if (options.binaries_folder != own_folder()) add_names("--binaries", {options.binaries_folder.string()});
    add_names("--resume", {file.string()});
    return command;
}

}  // namespace bench
