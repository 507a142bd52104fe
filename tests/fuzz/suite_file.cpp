// A suite that a user writes.
#include "bench/suite/suite_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/json_text.h"
#include "bench/suite/plan.h"
#include "bench/suite/usage_error.h"
#include "functions.h"
#include "one_machine.h"

namespace fuzz {
namespace {

void promise_good(const bench::Group& group) {
    promise(!group.cases.empty(), "a group without a case");
    promise(group.baseline < group.cases.size() && !group.cases[group.baseline].control, "a group without a baseline");
    std::set<std::string> run_names;
    for (const bench::PlannedCase& one : group.cases) {
        promise(bench::parse_case(one.name, {}).name() == one.name, "a case changes when printed: " + one.name);
        promise(run_names.insert(one.run_name()).second, "two cases have the name " + one.run_name());
        promise(one.iterations > 0 && one.count_rounds > 0, "a number of runs that cannot be");
    }
}

}  // namespace

void read_suite_file(std::string_view input) {
    try {
        const auto json = bench::or_usage_error("", [&] { return bench::parse_json(input); });
        const bench::Suite suite = bench::parse_suite(json, "a.json", one_machine());
        promise(
            suite.rounds > 0 && suite.time_limit_s > 0 && suite.time_limit_s <= 1e9 && suite.budget_s.value_or(1) > 0,
            "a limit that cannot be");
        const bench::Plan plan = bench::make_plan(suite, {}, suite.rounds);
        std::set<std::string> names;
        for (const bench::Group& group : plan.groups) {
            promise(names.insert(group.name).second, "two groups have the name " + group.name);
            promise_good(group);
        }
    } catch (const bench::UsageError& refusal) {
        promise_one_line(refusal.what());
    }
}

}  // namespace fuzz
