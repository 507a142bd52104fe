#include "bench/suite/results.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "bench/document.h"
#include "bench/machine.h"

namespace bench {
namespace {

using nlohmann::json;

// A reason may hold the output of a program, which need not be valid UTF-8.
std::string to_text(const json& value, int indent) {
    return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

}  // namespace

// Parentheses, because braces would make a list with one element of nlohmann::json.
Results::Results(std::filesystem::path path, json context, bool has_context)
    : path_(std::move(path)), context_(std::move(context)), has_context_(has_context) {}

Results Results::begin(std::filesystem::path path, const json& run) {
    return Results{std::move(path),
                   json{{"date", to_iso8601(std::chrono::system_clock::now())},
                        {"host_name", host_name()},
                        {"num_cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
                        {"concur", run}},
                   false};
}

Results Results::go_on(std::filesystem::path path, const json& document) {
    const json& context = document.at("context");
    Results results{std::move(path), context, context.contains("library_build_type")};
    for (const json& entry : document.at("benchmarks")) results.add(entry);
    return results;
}

void Results::take_context(const json& context) {
    if (has_context_ || !context.is_object()) return;
    has_context_ = true;
    for (const auto& [key, value] : context.items()) {
        if (key != "concur") context_[key] = value;
    }
}

void Results::add(const json& entry) {
    entries_.append(entries_.empty() ? "" : ",\n").append(to_text(entry, -1));
    ++size_;
    const json& sample = entry.at("concur");
    const std::string outcome = sample.at("outcome");
    ++counts_[outcome];
    if (outcome == "ok") return;
    const std::string reason = sample.at("reason");
    const auto known = std::ranges::find_if(
        mishaps_, [&](const Mishap& mishap) { return mishap.outcome == outcome && mishap.reason == reason; });
    if (known != mishaps_.end()) {
        ++known->count;
    } else {
        mishaps_.push_back({outcome, reason, entry.at("run_name"), 1});
    }
}

void Results::write(bool complete) {
    context_["concur"]["complete"] = complete;
    std::string text{"{\n\"context\": "};
    text.append(to_text(context_, 1)).append(",\n\"benchmarks\": [\n").append(entries_).append("\n]\n}\n");
    write_atomically(path_, text);
}

bool Results::all_well() const {
    return std::ranges::all_of(counts_,
                               [](const auto& count) { return count.first == "ok" || count.first == "skipped"; });
}

json describe_suite_run(const std::string& suite, const Plan& plan, Placement placement) {
    json run = describe_run(placement);
    run["suite"] = suite;
    run["rounds"] = plan.rounds;
    run["samples_planned"] = plan.steps.size();
    run["cases_planned"] = case_names(plan);
    run["complete"] = false;
    return run;
}

}  // namespace bench
