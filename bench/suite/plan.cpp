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
    const auto add = [&](const Case& one) {
        workloads.emplace(one.workload->name);
        models.emplace(one.model->name);
    };
    for (const Point& point : suite.points) {
        workloads.emplace(point.workload->name);
        std::ranges::for_each(suite.cases(point), add);
    }
    for (const NamedGroup& group : suite.groups) std::ranges::for_each(group.cases, add);
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

std::regex compile(const char* option, const std::string& filter) {
    return or_usage_error(std::string{option} + " '" + filter + "' is not a regular expression: ",
                          [&] { return std::regex{filter}; });
}

bool among(const std::vector<std::string>& names, std::string_view name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
}

// Chooses cases of the suite.
class Chooser {
public:
    explicit Chooser(const Selection& selection)
        : selection_{selection},
          filter_{compile("--filter", selection.filter)},
          without_{compile("--without", selection.without)} {}

    [[nodiscard]] bool chooses(const Case& what, const std::string& name) const {
        return among(selection_.workloads, what.workload->name) && among(selection_.models, what.model->name) &&
               std::regex_search(name, filter_) && (selection_.without.empty() || !std::regex_search(name, without_));
    }

private:
    const Selection& selection_;
    std::regex filter_;
    std::regex without_;
};

// Puts an A/A control at the other end of the group, so that it is as far from its case as two compared models may be.
void add_control(std::vector<PlannedCase>& cases, const std::string& name) {
    const auto original = std::ranges::find(cases, name, &PlannedCase::name);
    if (original == cases.end()) return;
    const bool in_first_half = std::distance(cases.begin(), original) * 2 < std::ssize(cases);
    PlannedCase again = *original;
    again.control = true;
    cases.insert(in_first_half ? cases.end() : cases.begin(), std::move(again));
}

// `baseline`: a model, if the group has it; otherwise the first case is compared with.
Group make_group(std::string name, std::vector<PlannedCase> cases, const std::vector<std::string>& repeated,
                 std::string_view baseline) {
    for (const std::string& one : repeated) add_control(cases, one);
    const auto find_baseline = [&](auto is_it) {
        return std::ranges::find_if(cases, [&](const PlannedCase& one) { return !one.control && is_it(one); });
    };
    auto found = find_baseline([&](const PlannedCase& one) { return one.what.model->name == baseline; });
    if (found == cases.end()) found = find_baseline([](const PlannedCase&) { return true; });
    const auto index = static_cast<std::size_t>(found - cases.begin());
    return {std::move(name), std::move(cases), index};
}

PlannedCase planned(Case what, int iterations, int count_rounds) {
    std::string name = what.name();
    const bool in_turns = what.workload->in_turns;
    return {std::move(what), std::move(name), iterations, count_rounds, /*control=*/false, in_turns};
}

}  // namespace

std::string PlannedCase::run_name(bool of_slices) const {
    // The number of slices is no part of the name: it depends on the machine.
    const std::string timed = of_slices ? name + "/manual_time" : bench::run_name(what, iterations);
    return timed + (control ? "/control" : "");
}

Plan make_plan(const Suite& suite, const Selection& selection, int rounds) {
    check_names(suite, selection);
    const Chooser chooser{selection};
    Plan plan{.groups = {}, .rounds = rounds};
    const auto add = [&](std::string name, const std::vector<Case>& all, int iterations, int count_rounds,
                         const std::vector<std::string>& repeated, std::string_view baseline) {
        std::vector<PlannedCase> cases;
        for (const Case& what : all) {
            PlannedCase one = planned(what, iterations, count_rounds);
            if (chooser.chooses(one.what, one.name)) cases.push_back(std::move(one));
        }
        if (cases.empty()) return;
        plan.groups.push_back(make_group(std::move(name), std::move(cases), repeated, baseline));
    };
    std::vector<std::string> controls;
    for (const Case& control : suite.controls) controls.push_back(control.name());
    for (const Point& point : suite.points) {
        add(std::string{point.workload->name} + point.arguments.arguments.path(), suite.cases(point), point.iterations,
            point.count_rounds, controls, point.baseline);
    }
    for (const NamedGroup& group : suite.groups) {
        add(group.name, group.cases, group.iterations, group.count_rounds, group.repeated, "");
    }
    if (plan.groups.empty()) {
        throw UsageError{
            "no case of suite '" + suite.name +
            "' is left by --workload, --model, --filter and --without; --list without these prints all cases"};
    }
    return plan;
}

std::size_t case_count(const Plan& plan) {
    std::size_t count = 0;
    for (const Group& group : plan.groups) count += group.cases.size();
    return count;
}

std::vector<DescriptorNeed> descriptors_needed(const Plan& plan) {
    // For the standard streams, the poller, the listener, and the descriptors that a library opens.
    constexpr std::size_t reserve = 64;
    const auto needed = [](const tasks::Job& job) {
        const tasks::Demand demand = job.demand();
        return demand.tasks_at_once * demand.descriptors_per_task + demand.descriptors_lent + reserve;
    };
    std::vector<DescriptorNeed> needs;
    std::set<std::string> seen;
    for (const Group& group : plan.groups) {
        for (const PlannedCase& one : group.cases) {
            const workloads::Entry& entry = *one.what.workload;
            const std::string path = one.what.arguments.path();
            if (!seen.insert(std::string{entry.name} + path).second) continue;
            const auto workload = entry.make(one.what.arguments, {});
            // The first argument says how many tasks or connections there are.
            const std::size_t end = path.find('/', 1);
            const std::string what = end == std::string::npos ? path + "$" : path.substr(0, end + 1);
            needs.push_back({what, needed(*workload)});
            for (const auto& peer : workload->make_peer(1)) needs.push_back({what, needed(*peer)});
        }
    }
    return needs;
}

}  // namespace bench
