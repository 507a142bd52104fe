#include "bench/suite/results.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "bench/document.h"
#include "bench/machine.h"
#include "sys/output_file.h"

namespace bench {
namespace {

using nlohmann::json;

constexpr std::string_view entry_begin{R"({"entry":)"};

// Beside the document if a file can be made there.
Journal begin_journal(const std::filesystem::path& document, bool is_file) {
    const std::filesystem::path beside = Journal::path_of(document);
    if (is_file && ::access(beside.parent_path().c_str(), W_OK | X_OK) == 0) return Journal::begin(beside);
    return Journal::begin_elsewhere();
}

}  // namespace

Results Results::begin(std::filesystem::path path, const json& run) {
    const bool is_file = sys::find_output(path).kind == sys::OutputPlace::Kind::file;
    Journal journal = begin_journal(path, is_file);
    Results results{std::move(path), std::move(journal)};
    results.context_ = json{{"date", to_iso8601(std::chrono::system_clock::now())},
                            {"host_name", host_name()},
                            {"num_cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
                            {"concur", run}};
    results.journal_.add({{"run", results.context_}});
    try {
        results.commit();
        if (is_file) sys::write_output(results.path_, results.document(/*complete=*/false));
    } catch (const std::exception&) {
        results.journal_.remove();
        throw;
    }
    return results;
}

Results Results::go_on(std::filesystem::path path) {
    const std::filesystem::path journal = Journal::path_of(path);
    Results results{std::move(path), Journal::go_on(journal)};
    results.journal_.read([&](std::string_view line) {
        const json record = json::parse(line);
        if (record.contains("entry")) results.count(record["entry"]);
        for (const char* const key : {"run", "context"}) {
            if (record.contains(key)) results.context_.update(record[key]);
        }
        if (record.contains("context")) results.has_context_ = true;
    });
    return results;
}

void Results::take_context(const json& context) {
    if (has_context_ || !context.is_object()) return;
    has_context_ = true;
    json taken = context;
    taken.erase("concur");
    context_.update(taken);
    journal_.add({{"context", taken}});
}

void Results::add(const json& entry) {
    journal_.add({{"entry", entry}});
    count(entry);
}

void Results::count(const json& entry) {
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

void Results::write(bool complete, sys::Patience patience) {
    journal_.commit();
    write_or_keep(path_, document(complete), patience);
    if (complete) journal_.remove();
}

std::optional<std::filesystem::path> Results::resumed_as() const {
    if (!journal_.exists()) return std::nullopt;
    return Journal::path_of(path_) == journal_.path() ? path_ : Journal::document_of(journal_.path());
}

std::string Results::document(bool complete) {
    context_["concur"]["complete"] = complete;
    if (complete) context_["concur"]["samples_planned"] = size_;
    std::string text{"{\n\"context\": "};
    text.append(context_.dump(1, ' ', false, json::error_handler_t::replace)).append(",\n\"benchmarks\": [\n");
    std::string_view separator;
    journal_.read([&](std::string_view line) {
        if (!line.starts_with(entry_begin)) return;
        text.append(separator).append(line.substr(entry_begin.size(), line.size() - entry_begin.size() - 1));
        separator = ",\n";
    });
    return text.append("\n]\n}\n");
}

bool Results::all_well() const {
    return std::ranges::all_of(counts_,
                               [](const auto& count) { return count.first == "ok" || count.first == "skipped"; });
}

json describe_suite_run(const std::string& suite, const Plan& plan, const RunCpus& cpus, std::uint64_t seed,
                        std::optional<double> budget_s) {
    json groups = json::array();
    for (const Group& group : plan.groups) {
        json cases = json::array();
        for (const PlannedCase& one : group.cases) {
            if (!one.control) cases.push_back(one.name);
        }
        groups.push_back(
            {{"name", group.name}, {"baseline", group.cases[group.baseline].name}, {"cases", std::move(cases)}});
    }
    json run = describe_run(cpus);
    run["suite"] = suite;
    run["rounds"] = plan.rounds;
    run["samples_planned"] = case_count(plan) * static_cast<std::size_t>(plan.rounds);
    run["groups"] = std::move(groups);
    run["seed"] = seed;
    run["budget_s"] = budget_s ? json(*budget_s) : json();
    run["complete"] = false;
    return run;
}

}  // namespace bench
