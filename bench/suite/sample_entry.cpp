#include "bench/suite/sample_entry.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "bench/document.h"
#include "bench/native/controls.h"
#include "bench/sample.h"
#include "bench/sample_json.h"
#include "workloads/table.h"

namespace bench {
namespace {

using nlohmann::json;

constexpr std::array entry_keys{"name",       "run_name",  "run_type", "repetition_index",
                                "iterations", "real_time", "cpu_time", "time_unit"};
constexpr std::array sample_keys{"slices",
                                 "workload",
                                 "model",
                                 "arguments",
                                 "model_arguments",
                                 "symbols",
                                 "timed",
                                 "control",
                                 "outcome",
                                 "reason",
                                 "round",
                                 "sequence",
                                 "start_time",
                                 "placement",
                                 "model_cpus",
                                 "peer_cpus",
                                 "peer_processes",
                                 "unit",
                                 "work",
                                 "cost",
                                 "latency",
                                 "latency_uncorrected",
                                 "memory",
                                 "counts",
                                 "evidence"};

tasks::Arguments to_arguments(const json& object) {
    std::vector<tasks::Arguments::Item> items;
    for (const auto& [name, value] : object.items()) items.emplace_back(name, value.get<std::int64_t>());
    return tasks::Arguments{std::move(items)};
}

void require_keys(const json& object, auto keys) {
    for (const char* const key : keys) {
        if (!object.contains(key)) throw std::runtime_error{"its entry has no '" + std::string{key} + "'"};
    }
}

// Throws std::runtime_error unless an ok entry has a time and no error, and every other entry has an error message.
void require_consistent(const json& entry) {
    const json& outcome = entry["concur"]["outcome"];
    if (outcome == "ok") {
        if (entry["real_time"].get<double>() <= 0 || entry["iterations"].get<std::int64_t>() < 1 ||
            entry.contains("error_occurred")) {
            throw std::runtime_error{"its entry is ok, but no time was measured"};
        }
        return;
    }
    const auto known = {Outcome::skipped, Outcome::did_not_finish, Outcome::invalid};
    if (std::ranges::none_of(known, [&](Outcome one) { return outcome == to_string(one); })) {
        throw std::runtime_error{"its entry has the unknown outcome " + outcome.dump()};
    }
    if (!entry.value("error_occurred", false) || entry.value("error_message", "").empty()) {
        throw std::runtime_error{"its entry is " + outcome.get<std::string>() + ", but has no error message"};
    }
}

}  // namespace

Case case_of(const json& entry) {
    const json& sample = entry.at("concur");
    // All arguments are given, so the number of CPUs is of no account.
    return make_case(workloads::find(sample.at("workload").get<std::string>()),
                     find_model(sample.at("model").get<std::string>()), {to_arguments(sample.at("arguments"))},
                     {to_arguments(sample.at("model_arguments")), sample.at("symbols").get<Symbols>()}, ModelCpus{});
}

json take_entry(const json& document, const PlannedCase& planned) {
    const json& entries = document.at("benchmarks");
    if (!entries.is_array() || entries.size() != 1) {
        throw std::runtime_error{"there must be one entry, but there are " + std::to_string(entries.size())};
    }
    json entry = entries.front();
    require_keys(entry, entry_keys);
    if (!entry.contains("concur")) throw std::runtime_error{"its entry has no 'concur'"};
    require_keys(entry["concur"], sample_keys);
    if (const std::string name = case_of(entry).name(); name != planned.name) {
        throw std::runtime_error{"its entry is of " + name};
    }
    require_consistent(entry);
    return entry;
}

json unfinished_entry(const PlannedCase& planned, const CpuPlan& cpus, std::chrono::system_clock::time_point started,
                      const std::string& reason) {
    const Sample sample{.what = planned.what,
                        .placement = cpus.placement,
                        .cpu_split = {cpus.of(planned.what.workload->group).model, {}},
                        .peer_processes = 0,
                        .start_time = started,
                        .outcome = Outcome::did_not_finish,
                        .reason = reason,
                        .work = {},
                        .cost = {},
                        .latency = {},
                        .latency_uncorrected = {},
                        .memory = {},
                        .counts = {},
                        .evidence = {}};
    return {{"name", planned.run_name()},
            {"run_name", planned.run_name()},
            {"run_type", "iteration"},
            {"threads", 1},
            {"iterations", 0},
            {"real_time", 0.0},
            {"cpu_time", 0.0},
            {"time_unit", "ms"},
            {"error_occurred", true},
            {"error_message", std::string{to_string(Outcome::did_not_finish)} + ": " + reason},
            {"concur", to_json(sample)}};
}

void put_in_position(json& entry, const PlannedCase& planned, const Position& position) {
    set_position(entry, position.round, position.sequence);
    entry["name"] = entry["run_name"] = planned.run_name(position.block.has_value()) +
                                        (position.further ? "/block:" + std::to_string(*position.block) : "");
    entry["repetitions"] = position.rounds;
    json& sample = entry["concur"];
    // That a process of the baseline failed is a result, whichever of its processes it was.
    sample["control"] = planned.control || (position.further && sample["outcome"] == "ok");
    sample["symbols"] = planned.what.symbols;
    sample["group"] = position.group;
    sample["block"] = position.block ? json(*position.block) : json();
}

}  // namespace bench
