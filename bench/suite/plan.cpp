#include "bench/suite/plan.h"

#include <algorithm>
#include <regex>
#include <set>

#include "bench/native/controls.h"
#include "bench/sample.h"
#include "bench/suite/usage_error.h"
#include "tasks/lookup.h"
#include "workloads/table.h"

namespace bench {
namespace {

// Throws for a name that the program does not know, and for one that the suite does not have.
void check_names(const Suite& suite, const Selection& selection) {
    std::set<std::string> workloads;
    std::set<std::string> models;
    for (const Point& point : suite.points) {
        workloads.emplace(point.workload->name);
        for (const Case& one : suite.cases(point)) models.emplace(one.model->name);
    }
    const auto check = [&](const std::string& name, const char* what, const std::set<std::string>& present) {
        if (present.contains(name)) return;
        throw UsageError{"suite '" + suite.name + "' has no " + what + " '" + name +
                         "'; it has: " + tasks::join_names(present)};
    };
    or_usage_error("", [&] {
        for (const std::string& name : selection.workloads) {
            check(std::string{workloads::find(name).name}, "workload", workloads);
        }
        for (const std::string& name : selection.models) check(std::string{find_model(name).name}, "model", models);
    });
}

std::regex compile(const std::string& filter) {
    return or_usage_error("--filter '" + filter + "' is not a regular expression: ",
                          [&] { return std::regex{filter}; });
}

bool among(const std::vector<std::string>& names, std::string_view name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
}

// The cases of one point with their A/A controls, in the order of the first round.
std::vector<PlannedCase> make_group(const Suite& suite, const Point& point, const Selection& selection,
                                    const std::regex& filter) {
    std::vector<PlannedCase> group;
    for (Case& what : suite.cases(point)) {
        if (!among(selection.models, what.model->name)) continue;
        std::string name = what.name();
        if (!std::regex_search(name, filter) || !among(selection.cases, name)) continue;
        group.push_back({std::move(what), std::move(name), point.iterations, point.count_rounds, false});
    }
    std::vector<PlannedCase> front;
    std::vector<PlannedCase> back;
    for (const Case& control : suite.controls) {
        const auto original = std::ranges::find(group, control.name(), &PlannedCase::name);
        if (original == group.end()) continue;
        const bool in_first_half = std::distance(group.begin(), original) * 2 < std::ssize(group);
        PlannedCase again = *original;
        again.control = true;
        (in_first_half ? back : front).push_back(std::move(again));
    }
    group.insert(group.begin(), front.begin(), front.end());
    group.insert(group.end(), back.begin(), back.end());
    return group;
}

}  // namespace

std::string PlannedCase::run_name() const { return bench::run_name(what, iterations) + (control ? "/control" : ""); }

Plan make_plan(const Suite& suite, const Selection& selection, int rounds) {
    check_names(suite, selection);
    const std::regex filter = compile(selection.filter);
    Plan plan{.cases = {}, .steps = {}, .rounds = rounds};
    std::vector<std::size_t> group_starts;
    for (const Point& point : suite.points) {
        if (!among(selection.workloads, point.workload->name)) continue;
        group_starts.push_back(plan.cases.size());
        std::ranges::move(make_group(suite, point, selection, filter), std::back_inserter(plan.cases));
    }
    if (plan.cases.empty()) {
        throw UsageError{"no case of suite '" + suite.name +
                         "' is left by --workload, --model and --filter; --list prints all cases"};
    }
    group_starts.push_back(plan.cases.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t group = 0; group + 1 < group_starts.size(); ++group) {
            const std::size_t first = group_starts[group];
            const std::size_t end = group_starts[group + 1];
            for (std::size_t i = first; i < end; ++i) {
                plan.steps.push_back({round % 2 == 0 ? i : first + (end - 1 - i), round});
            }
        }
    }
    return plan;
}

std::vector<std::string> case_names(const Plan& plan) {
    std::vector<std::string> names;
    for (const PlannedCase& planned : plan.cases) {
        if (!planned.control) names.push_back(planned.name);
    }
    return names;
}

std::size_t descriptors_needed(const Plan& plan) {
    // For the standard streams, the poller, the listener, and the descriptors that a library opens.
    constexpr std::size_t reserve = 64;
    const auto needed = [](const tasks::Job& job) {
        const tasks::Demand demand = job.demand();
        return demand.tasks_at_once * demand.descriptors_per_task + demand.descriptors_lent;
    };
    std::size_t most = 0;
    std::set<std::string> seen;
    for (const PlannedCase& planned : plan.cases) {
        const workloads::Entry& entry = *planned.what.workload;
        if (!seen.insert(std::string{entry.name} + planned.what.arguments.path()).second) continue;
        const auto workload = entry.make(planned.what.arguments, 1);
        most = std::max(most, needed(*workload));
        if (const auto peer = workload->make_peer()) most = std::max(most, needed(*peer));
    }
    return most + reserve;
}

}  // namespace bench
