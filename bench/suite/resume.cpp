#include "bench/suite/resume.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

#include "bench/document.h"
#include "bench/json_text.h"
#include "bench/machine.h"
#include "bench/suite/journal.h"
#include "bench/suite/usage_error.h"

namespace bench {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
    throw UsageError{"cannot resume " + path.string() + ": " + why};
}

std::string shown(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Another version may describe less, and another program anything.
json at_or_null(const json& value, const json::json_pointer& place) {
    try {
        return value.at(place);
    } catch (const json::exception&) {
        return {};
    }
}

// One document must not hold samples of two builds or two machines.
void require_same_origin(const std::filesystem::path& path, const json& run, const MachineCpus& cpus) {
    const json build = describe_build();
    for (const auto& [key, now] : build.items()) {
        const json then = at_or_null(run, json::json_pointer{"/build"} / key);
        if (then != now)
            refuse(path,
                   "another build wrote it (" + key + " " + shown(then) + ", now " + shown(now) + "); start a new run");
    }
    const json machine = describe_machine(&cpus);
    for (const char* const key : {"/cpu", "/kernel", "/affinity", "/cgroup/cpu_max", "/topology/usable"}) {
        const json::json_pointer place{key};
        const json then = at_or_null(run, json::json_pointer{"/machine"} / place);
        const json& now = machine.at(place);
        if (then != now)
            refuse(path, "it is from another machine, or may use other CPUs (" + place.back() + " " + shown(then) +
                             ", now " + shown(now) + "); start a new run");
    }
}

// A comparison group of the run's plan. Throws std::exception.
void require_group(const json& group) {
    const auto cases = group.at("cases").get<std::vector<std::string>>();
    if (std::ranges::find(cases, group.at("baseline").get<std::string>()) == cases.end()) {
        throw std::runtime_error{"the baseline is no case"};
    }
}

void require_run(const std::filesystem::path& path, const json& run) {
    try {
        if (run.at("schema") != schema_version) refuse(path, "it has another version of the format");
        if (!run.at("suite").is_string()) refuse(path, "it is not of a suite: a binary was started by hand");
        static_cast<void>(whole_number(run.at("rounds"), 1, 1'000'000));
        if (!run.at("seed").is_number_unsigned()) throw std::runtime_error{"the seed is no number"};
        if (!run.at("budget_s").is_null()) static_cast<void>(number(run.at("budget_s"), 1e-9, 1e13));
        std::set<std::string> names;
        for (const json& group : run.at("groups").get<std::vector<json>>()) {
            require_group(group);
            if (!names.insert(group.at("name")).second) throw std::runtime_error{"two groups have one name"};
        }
        if (names.empty()) throw std::runtime_error{"there is no group"};
        static_cast<void>(parse_placement(run.at("placement").get<std::string>()));
    } catch (const UsageError&) {
        throw;
    } catch (const std::exception&) {
        refuse(path, "it is not a results document of a suite");
    }
}

// The run's description: the first line of the journal. Throws std::exception unless each line is an object.
json read_run(const std::filesystem::path& journal) {
    json run;
    Journal::read(journal, [&](std::string_view line) {
        const json record = parse_json(line);
        if (!record.is_object()) throw std::runtime_error{"a line is no object"};
        if (run.is_null()) run = record.at("run").at("concur");
    });
    return run;
}

}  // namespace

Unfinished read_unfinished(const std::filesystem::path& path, const MachineCpus& cpus) {
    const std::filesystem::path journal = Journal::path_of(path);
    if (std::filesystem::exists(journal)) {
        json run;
        try {
            run = read_run(journal);
        } catch (const std::exception&) {
            refuse(path, journal.string() + " is not a journal");
        }
        require_run(path, run);
        require_same_origin(path, run, cpus);
        return {path, std::move(run), /*complete=*/false};
    }
    const json document = or_usage_error("cannot resume: ", [&] { return read_json(path); });
    const json run = at_or_null(document, "/context/concur"_json_pointer);
    require_run(path, run);
    if (run.value("complete", json{}) != true) {
        refuse(path, "its journal " + journal.string() + " is missing; start a new run");
    }
    return {path, run, /*complete=*/true};
}

void keep_cases_of(const Unfinished& unfinished, Plan& plan) {
    constexpr const char* same_selection = "; use the same suite, --workload, --model, --filter and --without";
    std::vector<Group> kept;
    for (const json& theirs : unfinished.run.at("groups")) {
        const std::string name = theirs.at("name");
        const auto group = std::ranges::find(plan.groups, name, &Group::name);
        const auto cases = theirs.at("cases").get<std::vector<std::string>>();
        for (const std::string& one : cases) {
            if (group == plan.groups.end() ||
                std::ranges::find(group->cases, one, &PlannedCase::name) == group->cases.end())
                refuse(unfinished.path, "its run includes " + one + ", which is not in this plan" + same_selection);
        }
        std::erase_if(group->cases, [&](const PlannedCase& planned) {
            return std::ranges::find(cases, planned.name) == cases.end();
        });
        const std::string baseline = theirs.at("baseline");
        const auto found = std::ranges::find_if(
            group->cases, [&](const PlannedCase& planned) { return planned.name == baseline && !planned.control; });
        group->baseline = static_cast<std::size_t>(found - group->cases.begin());
        kept.push_back(std::move(*group));
    }
    plan.groups = std::move(kept);
}

void restore(const Unfinished& unfinished, Record& record) {
    try {
        Journal::read(Journal::path_of(unfinished.path),
                      [&](std::string_view line) { record.take(json::parse(line)); });
    } catch (const std::exception& error) {
        refuse(unfinished.path, std::string{"a line of its journal does not belong to this plan: "} + error.what());
    }
}

}  // namespace bench
