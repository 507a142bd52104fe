#include "bench/suite/sample_entry.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "cpus.h"
#include "small_suite.h"

namespace bench {
namespace {

using nlohmann::json;

PlannedCase planned(bool control = false) {
    Case what = case_named("echo/epoll/connections:1/requests:20");
    std::string name = what.name();
    return {std::move(what), std::move(name), 4, 1, control, /*in_turns=*/true};
}

Position at(int round, std::size_t sequence) {
    return {.group = "echo", .round = round, .rounds = 7, .block = 1, .further = false, .sequence = sequence};
}

// The document that a benchmark binary would write.
json good_document() {
    json entry = unfinished_entry(planned(), cpu_plan(), {}, "nothing yet");
    put_in_position(entry, planned(), at(0, 0));
    entry.erase("error_occurred");
    entry.erase("error_message");
    entry["iterations"] = 4;
    entry["real_time"] = 1.25;
    entry["concur"]["outcome"] = "ok";
    entry["concur"]["reason"] = "";
    return {{"context", json::object()}, {"benchmarks", {entry}}};
}

TEST(SampleEntry, IsTakenFromAValidDocument) {
    const json document = good_document();
    EXPECT_EQ(take_entry(document, planned()), document["benchmarks"][0]);
    EXPECT_EQ(case_of(document["benchmarks"][0]).name(), planned().name);
}

TEST(SampleEntry, GetsItsPlaceInTheRun) {
    json entry = good_document()["benchmarks"][0];
    put_in_position(entry, planned(), at(2, 31));
    EXPECT_EQ(entry["repetition_index"], 2);
    EXPECT_EQ(entry["repetitions"], 7);
    EXPECT_EQ(entry["concur"]["round"], 2);
    EXPECT_EQ(entry["concur"]["sequence"], 31);
    EXPECT_EQ(entry["concur"]["control"], false);
    EXPECT_EQ(entry["concur"]["group"], "echo");
    EXPECT_EQ(entry["concur"]["block"], 1);
    EXPECT_EQ(entry["run_name"], planned().run_name());
}

TEST(SampleEntry, OfAFurtherProcessOfTheBaselineIsMarked) {
    json entry = good_document()["benchmarks"][0];
    Position position = at(2, 31);
    position.further = true;
    put_in_position(entry, planned(), position);
    EXPECT_EQ(entry["concur"]["control"], true);
    EXPECT_EQ(entry["name"], planned().run_name() + "/block:1");
}

TEST(SampleEntry, OfAWholeSampleHasNoBlock) {
    json entry = good_document()["benchmarks"][0];
    Position position = at(0, 0);
    position.block = std::nullopt;
    put_in_position(entry, planned(), position);
    EXPECT_TRUE(entry["concur"]["block"].is_null());
}

TEST(SampleEntry, OfAnAAControlIsMarked) {
    const json good = good_document()["benchmarks"][0];
    const json unfinished = unfinished_entry(planned(true), cpu_plan(), {}, "time limit of 20 s");
    for (json entry : {good, unfinished}) {
        put_in_position(entry, planned(true), at(0, 0));
        EXPECT_EQ(entry["concur"]["control"], true);
        EXPECT_EQ(entry["name"], planned(true).run_name());
        EXPECT_EQ(entry["run_name"], planned(true).run_name());
    }
}

TEST(SampleEntry, OfAnUnfinishedSampleHasAllRequiredKeys) {
    const json entry = unfinished_entry(planned(), cpu_plan(Placement::free), {}, "time limit of 20 s");
    EXPECT_EQ(entry["error_message"], "did_not_finish: time limit of 20 s");
    EXPECT_EQ(entry["error_occurred"], true);
    EXPECT_EQ(entry["real_time"], 0);
    const json& sample = entry["concur"];
    EXPECT_EQ(sample["outcome"], "did_not_finish");
    EXPECT_EQ(sample["reason"], "time limit of 20 s");
    EXPECT_EQ(sample["placement"], "free");
    EXPECT_EQ(sample["unit"], "request");
    for (const char* const key : {"work", "cost", "latency"}) EXPECT_TRUE(sample[key].is_null()) << key;
}

struct BadEntry {
    const char* name;
    std::function<void(json&)> make;
    const char* message;
};

class EntryFault : public testing::TestWithParam<BadEntry> {};

TEST_P(EntryFault, IsFound) {
    json document = good_document();
    GetParam().make(document);
    try {
        static_cast<void>(take_entry(document, planned()));
        FAIL() << "no error";
    } catch (const std::exception& error) {
        EXPECT_NE(std::string{error.what()}.find(GetParam().message), std::string::npos) << error.what();
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, EntryFault,
    testing::Values(
        BadEntry{"no_document", [](json& d) { d = 5; }, ""},
        BadEntry{"no_entries", [](json& d) { d.erase("benchmarks"); }, "benchmarks"},
        BadEntry{"empty", [](json& d) { d["benchmarks"] = json::array(); }, "there are 0"},
        BadEntry{"two", [](json& d) { d["benchmarks"].push_back(d["benchmarks"][0]); }, "there are 2"},
        BadEntry{"no_sample", [](json& d) { d["benchmarks"][0].erase("concur"); }, "no 'concur'"},
        BadEntry{"no_time", [](json& d) { d["benchmarks"][0].erase("real_time"); }, "no 'real_time'"},
        BadEntry{"no_cost", [](json& d) { d["benchmarks"][0]["concur"].erase("cost"); }, "no 'cost'"},
        BadEntry{"zero_time", [](json& d) { d["benchmarks"][0]["real_time"] = 0; }, "no time was measured"},
        BadEntry{"no_runs", [](json& d) { d["benchmarks"][0]["iterations"] = 0; }, "no time was measured"},
        BadEntry{"outcome", [](json& d) { d["benchmarks"][0]["concur"]["outcome"] = "good"; }, "unknown"},
        BadEntry{"no_error", [](json& d) { d["benchmarks"][0]["concur"]["outcome"] = "invalid"; },
                 "has no error message"},
        BadEntry{"other_model", [](json& d) { d["benchmarks"][0]["concur"]["model"] = "poll"; },
                 "its entry is of echo/poll"},
        BadEntry{"other_size", [](json& d) { d["benchmarks"][0]["concur"]["arguments"]["connections"] = 2; },
                 "its entry is of echo/epoll/connections:2"},
        BadEntry{"unknown_model", [](json& d) { d["benchmarks"][0]["concur"]["model"] = "kqueue"; }, "unknown model"}),
    [](const auto& tested) { return std::string{tested.param.name}; });

}  // namespace
}  // namespace bench
