#include "bench/suite/runner.h"

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bench/benchmark_flags.h"
#include "bench/suite/options.h"
#include "bench/suite/passes.h"
#include "bench/suite/plan.h"
#include "bench/suite/preflight.h"
#include "bench/suite/progress.h"
#include "bench/suite/record.h"
#include "bench/suite/results.h"
#include "bench/suite/resume.h"
#include "bench/suite/set_taker.h"
#include "bench/suite/suite_file.h"
#include "bench/suite/usage_error.h"
#include "sys/control_group.h"
#include "sys/cpu_set.h"
#include "sys/output_file.h"
#include "sys/signal_watch.h"
#include "sys/standard_descriptors.h"

namespace bench {
namespace {

void print_plan(const Suite& suite, const Plan& plan) {
    std::string text;
    std::size_t controls = 0;
    for (const Group& group : plan.groups) {
        for (const PlannedCase& planned : group.cases) {
            text += planned.name + (planned.control ? " (A/A control)\n" : "\n");
            if (planned.control) ++controls;
        }
    }
    const std::size_t count = case_count(plan);
    text += suite.name + ": " + std::to_string(count - controls) + " cases and " + std::to_string(controls) +
            " A/A controls in " + std::to_string(plan.groups.size()) + " groups, " + std::to_string(plan.rounds) +
            " sets\n";
    std::fputs(text.c_str(), stdout);
}

// A run after all checks.
struct Run {
    Options options;
    Plan plan;
    Settings settings;
    std::optional<double> budget_s;
    std::optional<Unfinished> unfinished;
    Results results;
};

// The suite, with the values that the command line and the resumed document ask for.
struct Chosen {
    Suite suite;
    int rounds;
    std::uint64_t seed;
    std::optional<double> budget_s;
};

// The resumed document gives the values that the command line leaves out, and must agree with the others.
Chosen choose(const Options& options, const std::optional<Unfinished>& unfinished, const MachineCpus& machine) {
    std::string name = options.suite.value_or("quick");
    std::optional<Placement> placement = options.placement;
    if (unfinished && !options.suite) name = unfinished->run.at("suite").get<std::string>();
    if (unfinished && !placement) placement = parse_placement(unfinished->run.at("placement").get<std::string>());
    Suite suite = load_suite(find_suite(name, options.suites_folder), machine, placement);
    // Who asks for a number of sets wants these and no others.
    std::optional<double> budget_s = options.budget_s;
    if (!budget_s && !options.rounds) budget_s = suite.budget_s;
    Chosen chosen{.suite = std::move(suite),
                  .rounds = 0,
                  .seed = options.seed.value_or(std::random_device{}()),
                  .budget_s = budget_s};
    chosen.rounds = options.rounds.value_or(chosen.suite.rounds);
    if (!unfinished) return chosen;
    const auto& run = unfinished->run;
    const std::string file = "cannot resume " + unfinished->path.string() + ": ";
    if (run.at("suite") != chosen.suite.name) {
        throw UsageError{file + "its suite is " + run.at("suite").get<std::string>() + ", not " + chosen.suite.name};
    }
    const int rounds = run.at("rounds").get<int>();
    if (options.rounds && rounds != chosen.rounds) {
        throw UsageError{file + "it has " + std::to_string(rounds) + " sets, not " + std::to_string(chosen.rounds)};
    }
    if (const std::string then = run.at("placement"), now{to_string(chosen.suite.cpus.placement)}; then != now) {
        throw UsageError{file + "its placement is " + then + ", not " + now};
    }
    chosen.rounds = rounds;
    chosen.seed = run.at("seed").get<std::uint64_t>();
    chosen.budget_s = run.at("budget_s").is_null() ? std::nullopt : std::optional{run.at("budget_s").get<double>()};
    return chosen;
}

// Whether a quota of CPU time gives less than the CPUs of the affinity could use.
bool has_quota() {
    const auto quota = sys::cpu_quota(sys::control_groups("cpu"));
    return quota && quota->cpus() < static_cast<double>(sys::current_affinity().size());
}

// Returns nullopt if there is nothing to run: with --list, or if the run to resume is already complete.
std::optional<Run> prepare(Options options) {
    const MachineCpus machine = or_usage_error("", cpus_of_this_machine);
    std::optional<Unfinished> unfinished;
    if (!options.resume.empty()) unfinished = read_unfinished(options.resume, machine);
    if (unfinished && unfinished->complete && !options.list) {
        if (!options.quiet) std::printf("%s is already complete\n", options.resume.c_str());
        return std::nullopt;
    }
    const Chosen chosen = choose(options, unfinished, machine);
    Plan plan = make_plan(chosen.suite, options.selection, chosen.rounds);
    if (unfinished) keep_cases_of(*unfinished, plan);
    if (options.list) {
        print_plan(chosen.suite, plan);
        return std::nullopt;
    }
    require_binaries(options.binaries_folder, plan);
    require_descriptors(plan);
    if (unfinished) require_writable_output(options.resume);
    Settings settings{.binaries = options.binaries_folder,
                      .cpus = chosen.suite.cpus,
                      .time_limit_s = options.time_limit_s.value_or(chosen.suite.time_limit_s),
                      .seed = chosen.seed,
                      .only_whole_samples = has_quota()};
    Results results = unfinished ? or_usage_error("", [&] { return Results::go_on(options.resume); }) : [&] {
        const auto run =
            describe_suite_run(chosen.suite.name, plan, {chosen.suite.cpus, machine}, chosen.seed, chosen.budget_s);
        const std::filesystem::path path = new_output(options.output);
        return or_usage_error("", [&] { return Results::begin(path, run); });
    }();
    return Run{std::move(options), std::move(plan),       std::move(settings),
               chosen.budget_s,    std::move(unfinished), std::move(results)};
}

void write(Run& run, const Record& record, bool complete, const sys::SignalWatch& signals) {
    for (std::size_t group = 0; group < run.plan.groups.size(); ++group) {
        run.results.set_baseline(group, run.plan.groups[group].cases[record.baseline(group)].name);
    }
    run.results.write(complete, {.stop = signals.stop_descriptor(), .for_a_reader = complete});
}

// Returns the exit code of a run that was not interrupted.
int finish(Run& run, const Record& record, const sys::SignalWatch& signals) {
    const bool document_is_there = sys::is_standard_output(run.results.path());
    write(run, record, /*complete=*/true, signals);
    if (!run.options.quiet) std::fputs(summary(run.results).c_str(), document_is_there ? stderr : stdout);
    return run.results.all_well() ? 0 : 1;
}

int execute(Run& run) {
    Record record{run.plan};
    if (run.unfinished) restore(*run.unfinished, record);
    // Every signal from now on stops the run in an orderly way.
    sys::SignalWatch signals;
    Progress progress{run.options.quiet};
    const auto how_to_resume = [&] {
        const auto resumed = run.results.resumed_as();
        return resumed ? "; resume with: " + resume_command(run.options, *resumed) : std::string{};
    };
    try {
        Passes passes{run.plan, run.settings, run.budget_s, record, run.results, progress};
        const bool stopped = !passes.take_all(signals);
        progress.clear();
        if (!stopped) return finish(run, record, signals);
        write(run, record, /*complete=*/false, signals);
        std::fprintf(stderr, "suite_runner: stopped after %zu samples%s\n", run.results.size(),
                     how_to_resume().c_str());
        return sys::exit_code_after(*signals.interrupted());
    } catch (const std::exception& error) {
        progress.clear();
        std::fprintf(stderr, "suite_runner: %s%s\n", error.what(), how_to_resume().c_str());
        const auto stopped_by = signals.interrupted();
        return stopped_by ? sys::exit_code_after(*stopped_by) : 2;
    }
}

}  // namespace

int run_suite(int argc, const char* const* argv) {
    try {
        sys::open_standard_descriptors();
        unset_benchmark_variables();
        std::optional<Options> options = parse_options(argc, argv);
        if (!options) return 0;
        std::optional<Run> run = prepare(*std::move(options));
        return run ? execute(*run) : 0;
    } catch (const UsageError& error) {
        std::fprintf(stderr, "suite_runner: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "suite_runner: %s\n", error.what());
        return 2;
    }
}

}  // namespace bench
