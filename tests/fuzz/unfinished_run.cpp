// What lies on the disk of a run that --resume continues: a journal, or a results document.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/machine.h"
#include "bench/suite/allotment.h"
#include "bench/suite/journal.h"
#include "bench/suite/plan.h"
#include "bench/suite/record.h"
#include "bench/suite/results.h"
#include "bench/suite/resume.h"
#include "bench/suite/usage_error.h"
#include "functions.h"
#include "one_machine.h"
#include "temporary_folder.h"

namespace fuzz {
namespace {

using nlohmann::json;

constexpr const char* suite_text = R"({
    "name": "small", "rounds": 2, "time_limit_s": 60, "placement": "shared",
    "models": {"cpu": [{"model": "serial"}, {"model": "thread_pool", "arguments": {"workers": [1, 2]}}],
               "io": [{"model": "epoll"}, {"model": "poll"}]},
    "cases": [{"workload": "noop", "arguments": {"tasks": [1, 8]}},
              {"workload": "echo", "arguments": {"connections": 4}}],
    "controls": [{"workload": "noop", "arguments": {"tasks": 8}, "model": "serial"}]})";

const bench::Plan& whole_plan() {
    static const bench::Plan plan = [] {
        const bench::Suite suite = bench::parse_suite(json::parse(suite_text), "small.json", one_machine());
        return bench::make_plan(suite, {}, suite.rounds);
    }();
    return plan;
}

void replace(std::string& text, std::string_view mark, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += with.size()) {
        text.replace(at, mark.size(), with);
    }
}

// The input, in which two words stand for this build and this machine: another one's run is never resumed.
std::string with_this_origin(std::string_view input) {
    static const std::string build = bench::describe_build().dump();
    static const std::string machine = bench::describe_machine(&one_machine()).dump();
    std::string text{input};
    replace(text, "\"@build\"", build);
    replace(text, "\"@machine\"", machine);
    return text;
}

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file{path, std::ios::binary};
    file << text;
    promise(file.flush().good(), "the input cannot be written");
}

// As the suite runner does it.
void go_on(const bench::Unfinished& unfinished) {
    bench::Plan plan = whole_plan();
    promise(unfinished.run.at("rounds").get<int>() > 0, "a number of sets that cannot be");
    static_cast<void>(unfinished.run.at("seed").get<std::uint64_t>());
    static_cast<void>(unfinished.run.at("suite").get_ref<const std::string&>());
    const json& budget_s = unfinished.run.at("budget_s");
    promise(budget_s.is_null() || budget_s.get<double>() > 0, "a budget that cannot be");
    bench::keep_cases_of(unfinished, plan);
    promise(!plan.groups.empty(), "a plan without a group");
    bench::Results results = bench::or_usage_error("", [&] { return bench::Results::go_on(unfinished.path); });
    bench::Record record{plan};
    bench::restore(unfinished, record);
    for (std::size_t group = 0; group < plan.groups.size(); ++group) {
        const std::size_t count = plan.groups[group].cases.size();
        promise(plan.groups[group].baseline < count && record.baseline(group) < count, "a group without a baseline");
        promise(record.seconds_of_set(group) >= 0, "a set took a time that cannot be");
        results.set_baseline(group, plan.groups[group].cases[record.baseline(group)].name);
        for (int round = 0; round < plan.rounds; ++round)
            promise(record.next_block(group, round) >= 0, "a block below 0");
    }
    for (const auto& [key, sets] : record.allotted()) promise(sets <= 1'000'000, "too many sets");
    for (const auto& [name, slicing] : record.slicings()) {
        promise(slicing.amount > 0 && slicing.slices > 0 && slicing.length.count() >= 0, "a slicing that cannot be");
    }
    for (const bench::Width& width : record.widths()) {
        for (const double value : width.values) promise(std::isfinite(value), "a value that is no number");
    }
    for (const auto& [key, sets] : bench::allot(record.widths(), 100)) promise(sets <= 40, "too many sets");
}

void resume(const std::filesystem::path& path) {
    try {
        const bench::Unfinished unfinished = bench::read_unfinished(path, one_machine());
        if (!unfinished.complete) go_on(unfinished);
    } catch (const bench::UsageError& refusal) {
        promise_one_line(refusal.what());
    }
}

}  // namespace

void read_unfinished_run(std::string_view input) {
    static const TemporaryFolder folder;
    const std::filesystem::path document = folder.path() / "a.json";
    const std::filesystem::path journal = bench::Journal::path_of(document);
    const std::string text = with_this_origin(input);
    write_file(journal, text);
    resume(document);
    std::filesystem::remove(journal);
    write_file(document, text);
    resume(document);
    std::filesystem::remove(document);
}

}  // namespace fuzz
