#include "bench/benchmark_flags.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string_view>

namespace bench {
namespace {

constexpr std::string_view prefix{"--benchmark_"};

// What a value has to look like.
constexpr const char* truth = "|[01tfyn]|true|false|yes|no|on|off";
constexpr const char* formats = "console|json|csv";
struct Flag {
    std::string_view name;
    const char* pattern;  // null: anything
    const char* choices;  // for the message
};
constexpr std::array known_flags{
    Flag{"color", "auto|[01tfyn]|true|false|yes|no|on|off", "auto, true, false"},
    Flag{"context", nullptr, nullptr},
    Flag{"counters_tabular", truth, "true, false"},
    Flag{"display_aggregates_only", truth, "true, false"},
    Flag{"dry_run", truth, "true, false"},
    Flag{"enable_random_interleaving", truth, "true, false"},
    Flag{"filter", nullptr, nullptr},
    Flag{"format", formats, "console, json, csv"},
    Flag{"list_tests", truth, "true, false"},
    Flag{"min_time", R"([0-9]*\.?[0-9]+(e-?[0-9]+)?s?|[1-9][0-9]*x)", "0.5, 0.5s, 100x"},
    Flag{"min_warmup_time", R"(0*\.?0*)", "0; every case has its own warm-up"},
    Flag{"out", nullptr, nullptr},
    Flag{"out_format", formats, "console, json, csv"},
    Flag{"perf_counters", nullptr, nullptr},
    Flag{"repetitions", "0*[1-9][0-9]{0,6}", "1 to 9999999"},
    Flag{"report_aggregates_only", truth, "true, false"},
    Flag{"time_unit", "ns|us|ms|s", "ns, us, ms, s"},
};

void check(const Flag& flag, const std::string& given, const std::string& value) {
    if (flag.pattern == nullptr) return;
    if (std::regex_match(value, std::regex{flag.pattern, std::regex::extended | std::regex::icase})) return;
    throw std::invalid_argument{given + ": '" + value + "' is not a valid value; valid are: " + flag.choices};
}

std::string variable_of(const Flag& flag) {
    std::string name{"BENCHMARK_"};
    for (const char c : flag.name) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

bool is_true(const std::string& value) {
    return std::regex_match(value, std::regex{"|[1ty]|true|yes|on", std::regex::extended | std::regex::icase});
}

// Splits "--benchmark_name=value". Nullopt if it is not a flag of Google Benchmark that is known here.
std::optional<std::pair<const Flag*, std::string>> split(const std::string& argument) {
    if (!argument.starts_with(prefix)) return std::nullopt;
    const std::size_t equals = argument.find('=');
    const std::string_view name = std::string_view{argument}.substr(0, equals).substr(prefix.size());
    const auto* const flag = std::ranges::find(known_flags, name, &Flag::name);
    if (flag == known_flags.end()) return std::nullopt;
    if (equals != std::string::npos) return std::pair{flag, argument.substr(equals + 1)};
    // Without a value, only what is true or false means something.
    if (flag->pattern == truth) return std::pair{flag, std::string{}};
    return std::nullopt;
}

BenchmarkFlags::Format to_format(const std::string& name) {
    if (name == "json") return BenchmarkFlags::Format::json;
    return name == "csv" ? BenchmarkFlags::Format::csv : BenchmarkFlags::Format::console;
}

// The values of all flags that are given; the command line comes before the environment.
using Values = std::map<std::string_view, std::string>;

Values values_of(const std::vector<std::string>& arguments) {
    Values values;
    for (const Flag& flag : known_flags) {
        const std::string variable = variable_of(flag);
        const char* const value = std::getenv(variable.c_str());
        if (value == nullptr) continue;
        check(flag, "$" + variable, value);
        values[flag.name] = value;
    }
    for (const std::string& argument : arguments) {
        const auto given = split(argument);
        if (!given) continue;
        check(*given->first, argument.substr(0, argument.find('=')), given->second);
        values[given->first->name] = given->second;
    }
    return values;
}

}  // namespace

void unset_benchmark_variables() {
    for (const Flag& flag : known_flags) ::unsetenv(variable_of(flag).c_str());
}

BenchmarkFlags read_benchmark_flags(const std::vector<std::string>& arguments) {
    const Values values = values_of(arguments);
    const auto value = [&](std::string_view name, const char* otherwise) {
        const auto found = values.find(name);
        return found == values.end() ? std::string{otherwise} : found->second;
    };
    BenchmarkFlags result;
    result.output = value("out", "");
    result.output_format = to_format(value("out_format", "json"));
    result.format = to_format(value("format", "console"));
    result.lists_cases = is_true(value("list_tests", "false"));
    result.asks_for_help = std::ranges::find(arguments, "--help") != arguments.end();
    result.repetitions = value("repetitions", "1");
    const bool is_document = result.output_format == BenchmarkFlags::Format::json;
    // A document without its samples is of no use. What the caller wants is a short table.
    const bool only_shows_aggregates = is_document && is_true(value("report_aggregates_only", "false"));
    for (const std::string& argument : arguments) {
        const auto given = split(argument);
        const std::string_view name = given ? given->first->name : "";
        const bool is_ours = name == "out" || name == "out_format" || name == "min_time";
        if (!is_ours && !(is_document && name == "report_aggregates_only")) result.arguments.push_back(argument);
    }
    // They come last, so that they hold against the environment.
    for (const char* const flag : {"out=/dev/null", "out_format=json"}) {
        result.arguments.push_back(std::string{prefix} + flag);
    }
    if (is_document) result.arguments.push_back(std::string{prefix} + "report_aggregates_only=false");
    if (only_shows_aggregates) result.arguments.push_back(std::string{prefix} + "display_aggregates_only=true");
    if (values.contains("min_time")) {
        std::fputs("--benchmark_min_time has no effect: every case has its number of iterations; see --iterations\n",
                   stderr);
    }
    return result;
}

}  // namespace bench
