#include "bench/suite/runner.h"

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "bench/suite/options.h"
#include "bench/suite/plan.h"
#include "bench/suite/preflight.h"
#include "bench/suite/progress.h"
#include "bench/suite/results.h"
#include "bench/suite/resume.h"
#include "bench/suite/sample_entry.h"
#include "bench/suite/sampler.h"
#include "bench/suite/signals.h"
#include "bench/suite/suite_file.h"
#include "bench/suite/usage_error.h"

namespace bench {
namespace {

void print_plan(const Suite& suite, const Plan& plan) {
    std::string text;
    std::size_t controls = 0;
    for (const PlannedCase& planned : plan.cases) {
        text += planned.name + (planned.control ? " (A/A control)\n" : "\n");
        if (planned.control) ++controls;
    }
    text += suite.name + ": " + std::to_string(plan.cases.size() - controls) + " cases and " +
            std::to_string(controls) + " A/A controls, " + std::to_string(plan.rounds) +
            " rounds: " + std::to_string(plan.steps.size()) + " samples\n";
    std::fputs(text.c_str(), stdout);
}

// A run after all checks.
struct Run {
    Options options;
    Plan plan;
    Placement placement;
    double time_limit_s;
    Results results;
    std::vector<bool> taken;  // by step
};

// The suite, with the rounds and the placement that the command line and the resumed document ask for.
struct Chosen {
    Suite suite;
    int rounds;
    Placement placement;
};

// The resumed document gives the values that the command line leaves out, and must agree with the others.
Chosen choose(const Options& options, const std::optional<Unfinished>& unfinished) {
    std::string name = options.suite.value_or("quick");
    if (unfinished && !options.suite) name = unfinished->run().at("suite").get<std::string>();
    Suite suite = load_suite(find_suite(name, options.suites_folder));
    int rounds = options.rounds.value_or(suite.rounds);
    Placement placement = options.placement.value_or(suite.placement);
    if (unfinished) {
        const auto& run = unfinished->run();
        const std::string file = "cannot resume " + unfinished->path.string() + ": ";
        if (run.at("suite") != suite.name) {
            throw UsageError{file + "its suite is " + run.at("suite").get<std::string>() + ", not " + suite.name};
        }
        if (!options.rounds) rounds = run.at("rounds").get<int>();
        const std::string placed = run.value("placement", "");
        if (!options.placement) placement = parse_placement(placed);
        if (placed != to_string(placement)) {
            throw UsageError{file + "its placement is " + placed + ", not " + std::string{to_string(placement)}};
        }
    }
    return {std::move(suite), rounds, placement};
}

// Returns nullopt if there is nothing to run: with --list, or if the run to resume is already complete.
std::optional<Run> prepare(Options options) {
    std::optional<Unfinished> unfinished;
    if (!options.resume.empty()) unfinished = read_unfinished(options.resume);
    if (unfinished && unfinished->run().at("complete") == true && !options.list) {
        if (!options.quiet) std::printf("%s is already complete\n", options.resume.c_str());
        return std::nullopt;
    }
    const Chosen chosen = choose(options, unfinished);
    if (unfinished) options.selection.cases = cases_planned(*unfinished);
    Plan plan = make_plan(chosen.suite, options.selection, chosen.rounds);
    if (options.list) {
        print_plan(chosen.suite, plan);
        return std::nullopt;
    }
    std::vector<bool> taken(plan.steps.size(), false);
    if (unfinished) taken = steps_taken(*unfinished, plan);
    require_binaries(options.binaries_folder, plan);
    require_descriptors(plan);
    if (unfinished) require_writable_folder(options.resume);
    Results results = unfinished ? Results::go_on(options.resume, unfinished->document)
                                 : Results::begin(new_output(options.output),
                                                  describe_suite_run(chosen.suite.name, plan, chosen.placement));
    const double time_limit_s = options.time_limit_s.value_or(chosen.suite.time_limit_s);
    return Run{std::move(options), std::move(plan),    chosen.placement,
               time_limit_s,       std::move(results), std::move(taken)};
}

// Takes all missing samples. Returns the signal that stopped it, if any.
std::optional<int> take_samples(Run& run, Progress& progress, SignalWatch& signals) {
    const Sampler sampler{run.options.binaries_folder, run.placement, run.time_limit_s};
    for (std::size_t step = 0; step < run.plan.steps.size(); ++step) {
        if (run.taken[step]) continue;
        if (const auto signal = signals.interrupted()) return signal;
        progress.begin(step);
        const auto& [index, round] = run.plan.steps[step];
        const PlannedCase& planned = run.plan.cases[index];
        std::optional<Taken> taken = sampler.take(planned, round < planned.count_rounds, signals);
        if (!taken) return signals.interrupted();
        put_in_position(taken->entry, planned, {round, run.plan.rounds, step});
        run.results.take_context(taken->context);
        run.results.add(taken->entry);
        run.results.write(run.results.size() == run.plan.steps.size());
        progress.end(step);
    }
    return std::nullopt;
}

int execute(Run& run) {
    // Watches signals before it writes the file, so that every signal from now on stops the run in an orderly way.
    SignalWatch signals;
    or_usage_error("", [&] { run.results.write(run.results.size() == run.plan.steps.size()); });
    Progress progress{run.plan, run.taken, run.options.quiet};
    std::optional<int> signal;
    try {
        signal = take_samples(run, progress, signals);
    } catch (const std::exception& error) {
        progress.clear();
        std::fprintf(stderr, "suite_runner: %s; resume with: %s\n", error.what(),
                     resume_command(run.options, run.results.path()).c_str());
        return 1;
    }
    progress.clear();
    if (signal) {
        std::fprintf(stderr, "suite_runner: stopped after %zu of %zu samples; resume with: %s\n", run.results.size(),
                     run.plan.steps.size(), resume_command(run.options, run.results.path()).c_str());
        return 128 + *signal;
    }
    if (!run.options.quiet) std::fputs(summary(run.results).c_str(), stdout);
    return run.results.all_well() ? 0 : 1;
}

}  // namespace

int run_suite(int argc, const char* const* argv) {
    try {
        std::optional<Options> options = parse_options(argc, argv);
        if (!options) return 0;
        std::optional<Run> run = prepare(*std::move(options));
        return run ? execute(*run) : 0;
    } catch (const UsageError& error) {
        std::fprintf(stderr, "suite_runner: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "suite_runner: %s\n", error.what());
        return 1;
    }
}

}  // namespace bench
