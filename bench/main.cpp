#include "bench/main.h"

#include <benchmark/benchmark.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/benchmark_flags.h"
#include "bench/binary_options.h"
#include "bench/counting.h"
#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/harness/turns.h"
#include "bench/machine.h"
#include "bench/measuring_process.h"
#include "bench/native/controls.h"
#include "bench/output.h"
#include "bench/reporters.h"
#include "bench/sample.h"
#include "models/table.h"
#include "sys/limits.h"
#include "sys/signal_watch.h"
#include "sys/standard_descriptors.h"
#include "workloads/table.h"

namespace bench {
namespace {

struct Planned {
    Case what;
    int iterations;
};

// Collects the samples. Google Benchmark calls measure() back.
struct Run {
    RunCpus cpus;
    bool count;
    Turns* turns;  // null: all is measured at once
    Measured measured;
    std::map<std::string, std::string> failed;  // by name: the reason

    void measure(benchmark::State& state, const std::string& name, const Case& what) {
        // Google Benchmark 1.7.1 crashes if one repetition fails and a later one does not.
        if (const auto before = failed.find(name); before != failed.end()) {
            state.SkipWithError(before->second.c_str());
            const auto first = std::ranges::find(measured.names, name) - measured.names.begin();
            measured.samples.push_back(Sample{measured.samples[static_cast<std::size_t>(first)]});
        } else {
            measured.samples.push_back(
                bench::measure(state, what, cpus.plan, count ? count_in_own_process : CountCase{}, turns));
            const Sample& sample = measured.samples.back();
            if (sample.outcome != Outcome::ok) {
                failed[name] = std::string{to_string(sample.outcome)} + ": " + sample.reason;
            }
        }
        measured.names.push_back(name);
    }
    [[nodiscard]] bool all_well() const {
        return std::ranges::all_of(measured.samples, [](const Sample& sample) {
            return sample.outcome == Outcome::ok || sample.outcome == Outcome::skipped;
        });
    }
};

std::vector<Planned> plan(workloads::Group group, const BinaryOptions& options, const ModelCpus& cpus) {
    std::vector<Planned> planned;
    for (const std::string& name : options.cases) {
        const Case what = parse_case(name, cpus);
        if (what.workload->group != group) {
            throw std::invalid_argument{"workload '" + std::string{what.workload->name} + "' is in bench_" +
                                        std::string{to_string(what.workload->group)}};
        }
        if (std::ranges::any_of(planned, [&](const Planned& one) { return one.what.name() == what.name(); })) {
            throw std::invalid_argument{"--case " + what.name() +
                                        " is given twice; --benchmark_repetitions=2 takes two samples of every case"};
        }
        planned.push_back({what, std::max(1, options.iterations)});
    }
    if (!planned.empty()) return planned;
    std::vector<const models::Entry*> chosen;
    for (const std::string& name : options.models) {
        const models::Entry* const model = &find_model(name);
        if (std::ranges::find(chosen, model) == chosen.end()) chosen.push_back(model);
    }
    if (chosen.empty()) chosen.assign(models::table().begin(), models::table().end());
    for (const workloads::Entry* const workload : workloads::table()) {
        if (workload->group != group) continue;
        for (const workloads::Point& point : workload->points) {
            for (const models::Entry* const model : chosen) {
                const Given arguments{tasks::parse_arguments(point.arguments)};
                planned.push_back({make_case(*workload, *model, arguments, {}, cpus),
                                   options.iterations > 0 ? options.iterations : point.iterations});
            }
        }
    }
    return planned;
}

void register_benchmarks(const std::vector<Planned>& planned, Run& run) {
    for (const Planned& one : planned) {
        const bool in_turns = run.turns != nullptr;
        const auto measure_it = [&run, name = run_name(one.what, one.iterations, in_turns),
                                 what = one.what](benchmark::State& state) { run.measure(state, name, what); };
        register_case(one.what, one.iterations, measure_it, in_turns);
    }
}

// Throws std::invalid_argument if the command line asks for what cannot be measured in turns.
std::optional<Turns> turns_for(const BinaryOptions& options, const std::string& repetitions) {
    if (options.turns == BinaryOptions::no_turns) return std::nullopt;
    if (options.cases.size() != 1) {
        throw std::invalid_argument{"--turns needs exactly one --case, not " + std::to_string(options.cases.size())};
    }
    if (repetitions != "1") {
        throw std::invalid_argument{"--turns takes no --benchmark_repetitions: one process is one sample"};
    }
    return Turns{options.turns, static_cast<std::size_t>(std::max(1, options.iterations))};
}

// The CPUs that the command line names, or those of the placement on this machine.
RunCpus choose_cpus(const BinaryOptions& options) {
    if (options.model_cpus.empty() != options.peer_cpus.empty()) {
        throw std::invalid_argument{"--model-cpus and --peer-cpus need each other"};
    }
    if (!options.model_cpus.empty()) {
        const CpuSplit named{parse_cpus(options.model_cpus), parse_cpus(options.peer_cpus)};
        return {{.placement = options.placement, .computing = named, .serving = named}, std::nullopt};
    }
    MachineCpus machine = cpus_of_this_machine();
    CpuPlan plan = plan_cpus(options.placement, machine);
    return {std::move(plan), std::move(machine)};
}

// Runs in a process of its own, and puts what it measures into the spool.
int run_parsed(workloads::Group group, BenchmarkFlags& flags, CLI::App& app, const Output& output) {
    const BinaryOptions options = parse_binary_options(flags, app);
    if (options.describe) {
        std::puts(nlohmann::json{{"models", describe_models()}, {"workloads", describe_workloads()}}.dump(1).c_str());
        return 0;
    }
    sys::raise_descriptor_limit();
    RunCpus cpus = choose_cpus(options);
    const ModelCpus model_cpus = count_model_cpus(cpus.plan);
    if (!options.counts_of.empty()) {
        const auto units = options.counted_units > 0 ? std::optional{options.counted_units} : std::nullopt;
        return print_counts(parse_case(options.counts_of, model_cpus), cpus.plan, units);
    }
    std::optional<Turns> turns = turns_for(options, flags.repetitions);
    Run run{.cpus = std::move(cpus),
            .count = options.count,
            .turns = turns ? &*turns : nullptr,
            .measured = {},
            .failed = {}};
    register_benchmarks(plan(group, options, model_cpus), run);
    const auto display = make_display_reporter(flags, output.is_standard_output());
    const auto file = make_file_reporter(flags.output_format, run.measured, run.cpus, output.spool());
    if (benchmark::RunSpecifiedBenchmarks(display.get(), file.get()) == 0) {
        throw std::runtime_error{
            "nothing to run: no case matches --benchmark_filter; without it, --benchmark_list_tests lists all cases"};
    }
    benchmark::Shutdown();
    if (turns && turns->abandoned()) {
        output.spool().clear();
        throw std::runtime_error{"the program that gives the turns has gone"};
    }
    return run.all_well() ? 0 : 1;
}

// Writes what was measured, and ends as the child did.
int finish(const Ending& ending, const Output& output, const std::string& name, sys::SignalWatch& signals) {
    int code = ending.code;
    try {
        const bool complete = !ending.stopped_by && !WIFSIGNALED(ending.status) && ending.code <= 1;
        const bool written = output.finish(complete, ending.shown,
                                           {.stop = signals.stop_descriptor(), .for_a_reader = !ending.stopped_by});
        if (written && !complete && !output.path().empty()) {
            std::fprintf(stderr, "%s: stopped; the cases measured so far are in %s\n", name.c_str(),
                         output.path().c_str());
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
        code = 2;
    }
    // A signal may have ended the writing, too.
    if (const auto stopped_by = signals.interrupted()) return sys::exit_code_after(*stopped_by);
    if (WIFSIGNALED(ending.status)) {
        ::signal(WTERMSIG(ending.status), SIG_DFL);
        ::raise(WTERMSIG(ending.status));
    }
    return code;
}

}  // namespace

int run_benchmarks(workloads::Group group, int argc, char** argv) {
    const std::string name = std::filesystem::path{argv[0]}.filename().string();
    const auto complain = [&name](const std::exception& error, const char* advice = "") {
        std::fprintf(stderr, "%s: %s%s\n", name.c_str(), error.what(), advice);
        return 2;
    };
    CLI::App app{"Measures the " + std::string{to_string(group)} + " workloads of concur under its models.", name};
    try {
        sys::open_standard_descriptors();
        BenchmarkFlags flags = read_benchmark_flags({argv, argv + argc});
        const Output output{flags};
        const auto main_part = [&] {
            try {
                return run_parsed(group, flags, app, output);
            } catch (const CLI::ParseError& error) {
                return complain(error, "; see --help");
            } catch (const std::exception& error) {
                return complain(error);
            }
        };
        sys::SignalWatch signals;
        const Ending ending = run_in_child(main_part, signals);
        return finish(ending, output, name, signals);
    } catch (const std::exception& error) {
        return complain(error);
    }
}

}  // namespace bench
