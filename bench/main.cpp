#include "bench/main.h"

#include <benchmark/benchmark.h>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/counting.h"
#include "bench/cpu_options.h"
#include "bench/document.h"
#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "bench/harness/turns.h"
#include "bench/machine.h"
#include "bench/native/controls.h"
#include "bench/output.h"
#include "bench/sample.h"
#include "models/table.h"
#include "sys/child_process.h"
#include "sys/limits.h"
#include "sys/shared_memory.h"
#include "workloads/table.h"

namespace bench {
namespace {

constexpr int no_turns = -1;

struct Options {
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

struct Planned {
    Case what;
    int iterations;
};

// Collects the samples for the document. Google Benchmark calls measure() back.
struct Run {
    RunCpus cpus;
    bool count;
    Turns* turns;                               // null: all is measured at once
    std::vector<std::string> names;             // run_name in the document
    std::vector<Sample> samples;                // samples[i] is of names[i]
    std::map<std::string, std::string> failed;  // by name: the reason

    void measure(benchmark::State& state, const std::string& name, const Case& what) {
        // Google Benchmark 1.7.1 crashes if one repetition fails and a later one does not.
        if (const auto before = failed.find(name); before != failed.end()) {
            state.SkipWithError(before->second.c_str());
            samples.push_back(samples[static_cast<std::size_t>(std::ranges::find(names, name) - names.begin())]);
        } else {
            samples.push_back(
                bench::measure(state, what, cpus.plan, count ? count_in_own_process : CountCase{}, turns));
            const Sample& sample = samples.back();
            if (sample.outcome != Outcome::ok) {
                failed[name] = std::string{to_string(sample.outcome)} + ": " + sample.reason;
            }
        }
        names.push_back(name);
    }
    [[nodiscard]] bool all_well() const {
        return std::ranges::all_of(samples, [](const Sample& sample) {
            return sample.outcome == Outcome::ok || sample.outcome == Outcome::skipped;
        });
    }
};

std::vector<Planned> plan(workloads::Group group, const Options& options, const ModelCpus& cpus) {
    std::vector<Planned> planned;
    for (const std::string& name : options.cases) {
        const Case what = parse_case(name, cpus);
        if (what.workload->group != group) {
            throw std::invalid_argument{"workload '" + std::string{what.workload->name} + "' is in bench_" +
                                        std::string{to_string(what.workload->group)}};
        }
        planned.push_back({what, std::max(1, options.iterations)});
    }
    if (!planned.empty()) return planned;
    std::vector<const models::Entry*> chosen;
    for (const std::string& name : options.models) chosen.push_back(&find_model(name));
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

std::string help_text;

// Google Benchmark takes its own flags first; the rest is ours. Throws CLI::ParseError.
Options parse(int argc, char** argv, CLI::App& app) {
    Options options;
    std::string placement{to_string(options.placement)};
    app.add_option("--case", options.cases, "Run only this case: workload/model/argument:number/...; may be repeated")
        ->type_name("NAME");
    app.add_option("--model", options.models, "Run only these models; may be repeated")->type_name("NAME");
    app.add_option("--iterations", options.iterations, "Number of runs (or windows, of servers) in one sample")
        ->check(CLI::Range(1, 1'000'000));
    app.add_option("--placement", placement, "split (model and peer on different CPUs), shared or free")
        ->capture_default_str();
    app.add_flag(
        "--count", options.count,
        "Count system calls, switches and migrations of each case in a process of its own, which is not timed");
    app.add_flag("--describe", options.describe, "Print the models and workloads of this build as JSON; run nothing");
    app.add_option("--turns", options.turns,
                   "For programs that let several cases take turns: the descriptor of a socket to that program")
        ->type_name("FD")
        ->check(CLI::NonNegativeNumber);
    app.add_option(model_cpus_option, options.model_cpus,
                   "For programs that choose the CPUs of the model themselves; default: chosen by --placement")
        ->type_name("CPUS");
    app.add_option(peer_cpus_option, options.peer_cpus, "The same for the peer; needs --model-cpus")->type_name("CPUS");
    // Not in the help: the program starts itself with it.
    app.add_option(counts_of_option, options.counts_of)->group("");
    app.add_option(counted_units_option, options.counted_units)->group("");
    help_text = app.help("", CLI::AppFormatMode::All);
    app.set_help_flag();
    benchmark::Initialize(&argc, argv, [] {
        std::puts(help_text.c_str());
        std::puts("Google Benchmark's flags:");
        benchmark::PrintDefaultHelp();
    });
    app.parse(argc, argv);
    options.placement = parse_placement(placement);
    return options;
}

// How many repetitions Google Benchmark was told to take of each case.
std::string repetitions_in(std::span<const std::string> arguments) {
    constexpr std::string_view flag = "--benchmark_repetitions=";
    const char* const variable = std::getenv("BENCHMARK_REPETITIONS");
    std::string repetitions = variable != nullptr ? variable : "1";
    for (const std::string& argument : arguments) {
        if (argument.starts_with(flag)) repetitions = argument.substr(flag.size());
    }
    return repetitions;
}

// Throws std::invalid_argument if the command line asks for what cannot be measured in turns.
std::optional<Turns> turns_for(const Options& options, const std::string& repetitions) {
    if (options.turns == no_turns) return std::nullopt;
    if (options.cases.size() != 1) {
        throw std::invalid_argument{"--turns needs exactly one --case, not " + std::to_string(options.cases.size())};
    }
    if (repetitions != "1") {
        throw std::invalid_argument{"--turns takes no --benchmark_repetitions: one process is one sample"};
    }
    return Turns{options.turns, static_cast<std::size_t>(std::max(1, options.iterations))};
}

// The CPUs that the command line names, or those of the placement on this machine.
RunCpus choose_cpus(const Options& options) {
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

int run_parsed(workloads::Group group, CLI::App& app, std::vector<std::string> arguments) {
    // Checks the output's folder before anything else: Google Benchmark would run without an output file.
    const bool asks_only = std::ranges::any_of(arguments, [](const std::string& argument) {
        return argument == "--help" || argument == "--describe" || argument.starts_with("--benchmark_list_tests");
    });
    std::optional<Output> output;
    if (!asks_only) output.emplace(arguments);
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);

    const std::string repetitions = repetitions_in(arguments);
    const Options options = parse(static_cast<int>(arguments.size()), pointers.data(), app);
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
    std::optional<Turns> turns = turns_for(options, repetitions);
    Run run{.cpus = std::move(cpus),
            .count = options.count,
            .turns = turns ? &*turns : nullptr,
            .names = {},
            .samples = {},
            .failed = {}};
    register_benchmarks(plan(group, options, model_cpus), run);
    if (benchmark::RunSpecifiedBenchmarks() == 0) {
        throw std::runtime_error{"nothing to run; --benchmark_list_tests lists all cases"};
    }
    benchmark::Shutdown();
    if (turns && turns->abandoned()) throw std::runtime_error{"the program that gives the turns has gone"};
    if (output) output->finish(run.names, run.samples, run.cpus);
    return run.all_well() ? 0 : 1;
}

// Runs `main_part` in a child and ends as it does. A model that spins is stopped while its clock is read
// (sys::ProcessFamily): a shell would take that for Ctrl-Z if it were the shell's own child.
int run_in_child(const std::function<int()>& main_part) {
    const sys::Shared<int> code;
    sys::ChildProcess child = sys::ChildProcess::fork([&] {
        *code = main_part();
        std::fflush(nullptr);
    });
    const int status = child.wait();
    if (WIFSIGNALED(status)) {
        ::signal(WTERMSIG(status), SIG_DFL);
        ::raise(WTERMSIG(status));
    }
    return sys::describe_exit(status).empty() ? *code : 2;
}

}  // namespace

int run_benchmarks(workloads::Group group, int argc, char** argv) {
    const std::string name = std::filesystem::path{argv[0]}.filename().string();
    CLI::App app{"Measures the " + std::string{to_string(group)} + " workloads of concur under its models.", name};
    const auto main_part = [&] {
        try {
            return run_parsed(group, app, {argv, argv + argc});
        } catch (const CLI::ParseError& error) {
            std::fprintf(stderr, "%s: %s; see --help\n", name.c_str(), error.what());
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
        }
        return 2;
    };
    try {
        return run_in_child(main_part);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
        return 2;
    }
}

}  // namespace bench
