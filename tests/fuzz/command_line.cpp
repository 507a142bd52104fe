// Texts that a user gives on a command line: cases, arguments, CPUs, placements.
#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "bench/harness/case.h"
#include "bench/harness/placement.h"
#include "functions.h"
#include "tasks/arguments.h"

#if CONCUR_HAS_SUITE
#include "bench/suite/options.h"
#include "bench/suite/usage_error.h"
#endif

namespace fuzz {
namespace {

// Calls `check` with what the text is read as. The only exception of a reader is `Refusal`.
template <class Refusal, class Reader, class Check>
void read(Reader reader, Check check) {
    const auto value = [&]() -> decltype(std::optional{reader()}) {
        try {
            return reader();
        } catch (const Refusal& refusal) {
            promise_one_line(refusal.what());
            return std::nullopt;
        }
    }();
    if (value) check(*value);
}

}  // namespace

void read_command_line(std::string_view input) {
    using Refused = std::invalid_argument;
    read<Refused>([&] { return tasks::parse_arguments(input); },
                  [](const tasks::Arguments& arguments) {
                      promise(tasks::parse_arguments(arguments.path()) == arguments, "arguments change when printed");
                  });
    constexpr bench::ModelCpus cpus{.computing = 3, .serving = 2};
    read<Refused>([&] { return bench::parse_case(input, cpus); },
                  [&](const bench::Case& parsed) {
                      const bench::Case again = bench::parse_case(parsed.name(), cpus);
                      promise(again.name() == parsed.name() && again.symbols == parsed.symbols,
                              "a case changes when printed: " + parsed.name());
                  });
    read<Refused>([&] { return bench::parse_cpus(input); },
                  [](const sys::CpuSet& set) {
                      promise(!set.empty() && set.front() >= 0 && set.back() < sys::cpus_max, "a CPU that cannot be");
                      promise(std::ranges::adjacent_find(set, std::greater_equal{}) == set.end(),
                              "CPUs are not ascending");
                      promise(bench::parse_cpus(bench::to_text(set)) == set, "CPUs change when printed");
                  });
    read<Refused>([&] { return bench::parse_placement(input); },
                  [&](bench::Placement placement) {
                      promise(bench::to_string(placement) == input, "a placement changes when printed");
                  });
#if CONCUR_HAS_SUITE
    read<bench::UsageError>([&] { return bench::parse_time(std::string{input}); },
                            [](double seconds) { promise(seconds > 0 && seconds < 1e13, "a time that cannot be"); });
#endif
}

}  // namespace fuzz
