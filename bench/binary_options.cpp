#include "bench/binary_options.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "bench/counting.h"
#include "bench/cpu_options.h"

namespace bench {
namespace {

std::string help_text;
bool help_is_asked_for;

void add_options(CLI::App& app, BinaryOptions& options, std::string& placement) {
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
}

// Google Benchmark calls it for --help, and for a value of its flags that we did not know to be wrong. It ends the
// program with exit code 0 afterwards.
void print_help() {
    if (!help_is_asked_for) {
        std::fputs("the value of a --benchmark_ flag is not valid; see --help\n", stderr);
        std::_Exit(2);
    }
    std::puts(help_text.c_str());
    std::puts("Google Benchmark's flags:");
    benchmark::PrintDefaultHelp();
}

}  // namespace

BinaryOptions parse_binary_options(BenchmarkFlags& flags, CLI::App& app) {
    BinaryOptions options;
    std::string placement{to_string(options.placement)};
    add_options(app, options, placement);
    help_text = app.help("", CLI::AppFormatMode::All);
    help_is_asked_for = flags.asks_for_help;
    app.set_help_flag();
    std::vector<char*> pointers;
    pointers.reserve(flags.arguments.size() + 1);
    for (std::string& argument : flags.arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int argc = static_cast<int>(flags.arguments.size());
    benchmark::Initialize(&argc, pointers.data(), print_help);
    app.parse(argc, pointers.data());
    options.placement = parse_placement(placement);
    return options;
}

}  // namespace bench
