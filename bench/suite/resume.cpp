#include "bench/suite/resume.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "bench/document.h"
#include "bench/machine.h"
#include "bench/suite/sample_entry.h"
#include "bench/suite/usage_error.h"

namespace bench {
namespace {

using nlohmann::json;
constexpr const char* same_selection = "; use the same suite, --workload, --model and --filter";
using Key = std::tuple<std::string, bool, int>;  // case, control, round

[[noreturn]] void refuse(const Unfinished& unfinished, const std::string& why) {
    throw UsageError{"cannot resume " + unfinished.path.string() + ": " + why};
}

std::string shown(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// One document must not hold samples of two builds or two machines.
void require_same_origin(const Unfinished& unfinished) {
    const json build = describe_build();
    for (const auto& [key, now] : build.items()) {
        const json& then = unfinished.run().at("build").at(key);
        if (then != now)
            refuse(unfinished,
                   "another build wrote it (" + key + " " + shown(then) + ", now " + shown(now) + "); start a new run");
    }
    const json machine = describe_machine();
    for (const char* const key : {"cpu", "kernel", "affinity"}) {
        const json& then = unfinished.run().at("machine").at(key);
        if (then != machine[key])
            refuse(unfinished, "it is from another machine (" + std::string{key} + " " + shown(then) + ", now " +
                                   shown(machine[key]) + "); start a new run");
    }
}

bool same_iterations(const json& entry, const PlannedCase& planned) {
    return entry.at("concur").at("outcome") != "ok" || entry.at("iterations") == planned.iterations;
}

}  // namespace

Unfinished read_unfinished(const std::filesystem::path& path) {
    Unfinished unfinished{path, or_usage_error("cannot resume: ", [&] { return read_json(path); })};
    try {
        const json& run = unfinished.run();
        if (run.at("schema") != schema_version) refuse(unfinished, "it has another version of the format");
        if (!run.at("suite").is_string()) refuse(unfinished, "it is not of a suite: a binary was started by hand");
        if (!unfinished.document.at("benchmarks").is_array() || !run.at("rounds").is_number_integer() ||
            !run.at("samples_planned").is_number_integer() || !run.at("complete").is_boolean()) {
            refuse(unfinished, "it is not a results document");
        }
        if (run.at("complete") != true) require_same_origin(unfinished);
        static_cast<void>(parse_placement(run.at("placement").get<std::string>()));
    } catch (const UsageError&) {
        throw;
    } catch (const std::exception&) {
        refuse(unfinished, "it is not a results document");
    }
    return unfinished;
}

std::vector<std::string> cases_planned(const Unfinished& unfinished) {
    const auto found = unfinished.run().find("cases_planned");
    if (found == unfinished.run().end()) return {};
    try {
        return found->get<std::vector<std::string>>();
    } catch (const std::exception&) {
        refuse(unfinished, "it is not a results document");
    }
}

std::vector<bool> steps_taken(const Unfinished& unfinished, const Plan& plan) {
    const json& run = unfinished.run();
    if (run.at("rounds") != plan.rounds) {
        refuse(unfinished, "it has " + shown(run.at("rounds")) + " rounds, not " + std::to_string(plan.rounds));
    }
    const std::vector<std::string> names = case_names(plan);
    for (const std::string& name : cases_planned(unfinished)) {
        if (std::ranges::find(names, name) != names.end()) continue;
        refuse(unfinished, "its run includes " + name + ", which is not in this plan" + same_selection);
    }
    if (run.at("samples_planned") != plan.steps.size()) {
        refuse(unfinished, "its run has " + shown(run.at("samples_planned")) + " samples, and this plan has " +
                               std::to_string(plan.steps.size()) + same_selection);
    }
    std::map<Key, std::size_t> planned;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const PlannedCase& what = plan.cases[plan.steps[i].index];
        planned[{what.name, what.control, plan.steps[i].round}] = i;
    }
    std::vector<bool> taken(plan.steps.size(), false);
    for (const json& entry : unfinished.document.at("benchmarks")) {
        try {
            const json& sample = entry.at("concur");
            const std::string name = case_of(entry).name();
            const auto step = planned.find({name, sample.at("control"), sample.at("round")});
            if (step == planned.end() || !same_iterations(entry, plan.cases[plan.steps[step->second].index])) {
                refuse(unfinished, "it has a sample of " + name + " that is not in this plan; use the same suite");
            }
            if (taken[step->second]) refuse(unfinished, "it has a sample of " + name + " twice in one round");
            taken[step->second] = true;
        } catch (const UsageError&) {
            throw;
        } catch (const std::exception& error) {
            refuse(unfinished, std::string{"one of its entries does not belong to this plan: "} + error.what());
        }
    }
    return taken;
}

}  // namespace bench
