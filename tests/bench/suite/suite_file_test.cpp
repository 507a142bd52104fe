#include "bench/suite/suite_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string_view>

#include "bench/suite/usage_error.h"
#include "cpus.h"
#include "models/table.h"
#include "small_suite.h"
#include "sys/cpu_set.h"

namespace bench {
namespace {

using nlohmann::json;

TEST(SuiteFile, HoldsTheContentsOfTheFile) {
    const Suite suite = test::small_suite();
    EXPECT_EQ(suite.name, "small");
    EXPECT_EQ(suite.rounds, 3);
    EXPECT_EQ(suite.time_limit_s, 1.5);
    EXPECT_EQ(suite.cpus.placement, Placement::shared);
    ASSERT_EQ(suite.cpu.size(), 3U);
    EXPECT_EQ(suite.cpu[1].model->name, "thread_pool");
    EXPECT_EQ(suite.cpu[1].given.arguments.at("workers"), 2);
    EXPECT_EQ(suite.cpu[2].given.arguments.at("workers"), 4);
    EXPECT_EQ(suite.io.size(), 2U);
    ASSERT_EQ(suite.controls.size(), 2U);
    EXPECT_EQ(suite.controls[1].name(), "echo/epoll/connections:1/payload:64/requests:20/work_us:0");
}

TEST(SuiteFile, ListsOfArgumentsAreReadInParallel) {
    const Suite suite = test::small_suite();
    ASSERT_EQ(suite.points.size(), 4U);
    EXPECT_EQ(suite.points[0].arguments.arguments.path(), "/tasks:8/grain_us:1");
    EXPECT_EQ(suite.points[0].iterations, 20);
    EXPECT_EQ(suite.points[1].arguments.arguments.path(), "/tasks:8/grain_us:10");
    EXPECT_EQ(suite.points[1].iterations, 5);
    EXPECT_EQ(suite.points[3].arguments.arguments.path(), "/connections:100/payload:64/requests:200/work_us:0");
    EXPECT_EQ(suite.points[3].iterations, 1);
}

TEST(SuiteFile, ANativeControlRunsOnlyItsWorkload) {
    json suite = test::small_suite_json();
    suite["models"]["io"].push_back({{"model", "native_epoll"}});
    suite["cases"].push_back({{"workload", "timers"}});
    const Suite parsed = parse_suite(suite, "small.json", machine_cpus());
    EXPECT_EQ(parsed.cases(parsed.points[2]).size(), 3U) << "echo";
    EXPECT_EQ(parsed.cases(parsed.points.back()).size(), 2U) << "timers";
}

TEST(SuiteFile, ChoosesModelsByTraitAndFamily) {
    json suite = test::small_suite_json();
    suite.erase("controls");
    suite["models"]["cpu"] = json::parse(
        R"([{"model": "thread_pool", "arguments": {"workers": [3, 5]}}, {"models": "classic"}, {"family": "loops"}])");
    const Suite parsed = parse_suite(suite, "small.json", machine_cpus());
    std::map<std::string_view, int> times;
    for (const Series& series : parsed.cpu) ++times[series.model->name];
    EXPECT_EQ(parsed.cpu[1].given.arguments.at("workers"), 5);
    for (const models::Entry* const model : models::table()) {
        const bool chosen = model->classic || model->family == models::Family::loops;
        const int expected = model == parsed.cpu[0].model ? 2 : chosen ? 1 : 0;
        EXPECT_EQ(times[model->name], expected) << model->name;
    }
    suite["models"]["cpu"] = json::parse(R"([{"models": "all"}])");
    EXPECT_EQ(parse_suite(suite, "small.json", machine_cpus()).cpu.size(), models::table().size());
}

TEST(SuiteFile, MissingArgumentsAreTheModelsDefaults) {
    json suite = test::small_suite_json();
    suite.erase("controls");
    suite["models"] = json::parse(R"({"cpu": [{"model": "thread_pool"}], "io": [{"model": "thread_pool"}]})");
    suite["cases"].push_back({{"workload", "timers"}});
    const Suite parsed = parse_suite(suite, "small.json", machine_cpus());
    const auto workers = [&](std::size_t point) {
        return parsed.cases(parsed.points.at(point)).at(0).model_arguments.count("workers");
    };
    EXPECT_EQ(workers(0), parsed.cpus.computing.model.size()) << "primes";
    EXPECT_EQ(workers(3), 100U) << "echo with 100 connections";
    EXPECT_EQ(workers(4), 16U) << "timers";
}

TEST(SuiteFile, ACaseMayNameItsOwnModels) {
    json suite = test::small_suite_json();
    suite["cases"][1]["models"] = json::array({{{"model", "select"}}});
    suite.erase("controls");
    const Suite parsed = parse_suite(suite, "small.json", machine_cpus());
    ASSERT_EQ(parsed.points.size(), 4U);
    EXPECT_EQ(parsed.cases(parsed.points[0]).size(), 3U) << "those of its group";
    for (const std::size_t echo : {2U, 3U}) {
        const auto cases = parsed.cases(parsed.points[echo]);
        ASSERT_EQ(cases.size(), 1U);
        EXPECT_EQ(cases[0].model->name, "select");
    }
}

TEST(SuiteFile, CountsInOneRoundUnlessItSaysOtherwise) {
    json suite = test::small_suite_json();
    EXPECT_EQ(parse_suite(suite, "small.json", machine_cpus()).count_rounds, 1);
    suite["count_rounds"] = 3;
    suite["cases"][0]["count_rounds"] = 7;
    const Suite parsed = parse_suite(suite, "small.json", machine_cpus());
    EXPECT_EQ(parsed.count_rounds, 3);
    EXPECT_EQ(parsed.points.front().count_rounds, 7);
    EXPECT_EQ(parsed.points.back().count_rounds, 3);
}

TEST(SuiteFile, MayHaveGroupsOnly) {
    json suite = test::small_suite_json();
    for (const char* const key : {"models", "cases", "controls"}) suite.erase(key);
    suite["groups"] = json::parse(
        R"([{"name": "a", "cases": ["echo/epoll/connections:3", "echo/poll/connections:3"], "iterations": 4}])");
    suite["budget_s"] = 1.5;
    const Suite parsed = parse_suite(suite, "small.json", machine_cpus());
    ASSERT_EQ(parsed.groups.size(), 1U);
    EXPECT_EQ(parsed.groups[0].cases.at(0).name(), case_named("echo/epoll/connections:3").name());
    EXPECT_EQ(parsed.groups[0].iterations, 4);
    EXPECT_TRUE(parsed.groups[0].repeated.empty());
    EXPECT_EQ(parsed.budget_s, 1.5);
}

TEST(SuiteFile, ControlsMayBeLeftOut) {
    json suite = test::small_suite_json();
    suite.erase("controls");
    EXPECT_TRUE(parse_suite(suite, "small.json", machine_cpus()).controls.empty());
}

TEST(SuiteFile, SuitesOfTheTreeAreValid) {
    for (const auto& file : std::filesystem::directory_iterator{default_suites_folder()}) {
        if (file.path().extension() != ".json") continue;
        const Suite suite = load_suite(file.path(), machine_cpus());
        EXPECT_EQ(suite.name, file.path().stem());
        EXPECT_GE(suite.rounds, 6) << "too few for an interval";
        EXPECT_FALSE(suite.controls.empty());
    }
}

TEST(SuiteFile, APathIsTakenAsItIs) {
    EXPECT_EQ(find_suite("my/suite", "nowhere"), "my/suite");
    EXPECT_EQ(find_suite("suite.json", "nowhere"), "suite.json");
}

TEST(SuiteFile, TheErrorForAnUnknownNameListsTheSuites) {
    try {
        static_cast<void>(find_suite("slow", default_suites_folder()));
        FAIL();
    } catch (const UsageError& error) {
        EXPECT_NE(std::string{error.what()}.find("unknown suite 'slow'; there are: full, "), std::string::npos)
            << error.what();
    }
}

struct BadSuite {
    const char* name;
    std::function<void(json&)> make;
    std::string message;
};

class SuiteFault : public testing::TestWithParam<BadSuite> {};

TEST_P(SuiteFault, IsOneLineThatNamesThePlace) {
    json suite = test::small_suite_json();
    GetParam().make(suite);
    try {
        static_cast<void>(parse_suite(suite, "small.json", machine_cpus()));
        FAIL() << "no error";
    } catch (const UsageError& error) {
        const std::string said{error.what()};
        EXPECT_EQ(said.rfind("small.json: ", 0), 0U) << said;
        EXPECT_NE(said.find(GetParam().message), std::string::npos) << said;
        EXPECT_EQ(said.find('\n'), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, SuiteFault,
    testing::Values(
        BadSuite{"no_object", [](json& s) { s = json::array(); }, "this must be an object"},
        BadSuite{"unknown_key", [](json& s) { s["round"] = 7; }, "unknown key 'round'; there are: name, rounds"},
        BadSuite{"missing_key", [](json& s) { s.erase("rounds"); }, "'rounds' is missing"},
        BadSuite{"no_name", [](json& s) { s["name"] = ""; }, "'name' must be a text"},
        BadSuite{"no_rounds", [](json& s) { s["rounds"] = 0; }, "'rounds' must be a whole number above 0"},
        BadSuite{"broken_rounds", [](json& s) { s["rounds"] = 1.5; }, "'rounds' must be a whole number above 0"},
        BadSuite{"endless_rounds", [](json& s) { s["rounds"] = 1e15; }, "'rounds' must be a whole number above 0"},
        BadSuite{"no_time", [](json& s) { s["time_limit_s"] = 0; }, "'time_limit_s' must be a number above 0"},
        BadSuite{"placement", [](json& s) { s["placement"] = "afar"; }, "split"},
        BadSuite{"unknown_group", [](json& s) { s["models"]["gpu"] = json::array(); }, "unknown key 'gpu'"},
        BadSuite{"missing_group", [](json& s) { s["models"].erase("io"); }, "models: 'io' is missing"},
        BadSuite{"unknown_model", [](json& s) { s["models"]["io"][1]["model"] = "kqueue"; },
                 "models: io[1]: unknown model 'kqueue'; there are: serial"},
        BadSuite{"unknown_trait",
                 [](json& s) {
                     s["models"]["io"][1] = {{"models", "modern"}};
                 },
                 "models: io[1]: unknown models 'modern'; there are: all, classic"},
        BadSuite{"unknown_family",
                 [](json& s) {
                     s["models"]["io"][1] = {{"family", "loop"}};
                 },
                 "models: io[1]: unknown family 'loop'; there are: co"},
        BadSuite{"two_ways", [](json& s) { s["models"]["io"][1]["family"] = "loops"; },
                 "give one of 'model' (a name), 'models' (all, classic) and 'family'"},
        BadSuite{"no_way", [](json& s) { s["models"]["io"][1].erase("model"); }, "give one of 'model'"},
        BadSuite{"sizes_of_many",
                 [](json& s) {
                     s["models"]["io"][1] = {{"models", "all"}, {"arguments", {{"workers", 2}}}};
                 },
                 "'arguments' needs 'model'"},
        BadSuite{"model_size",
                 [](json& s) {
                     s["models"]["cpu"][1]["arguments"] = {{"threads", 2}};
                 },
                 "models: cpu[1]: unknown parameter 'threads'; there are: workers"},
        BadSuite{"unknown_workload", [](json& s) { s["cases"][0]["workload"] = "sorting"; },
                 "cases[0]: unknown workload 'sorting'; there are: noop"},
        BadSuite{"unknown_size", [](json& s) { s["cases"][1]["arguments"]["clients"] = 1; },
                 "cases[1]: unknown parameter 'clients'; there are: connections, payload, requests, work_us"},
        BadSuite{"size_out_of_bounds",
                 [](json& s) {
                     s["cases"][1]["arguments"]["connections"] = json{0, 1};
                 },
                 "cases[1]: argument 'connections' is 0; it goes from 1"},
        BadSuite{"no_number", [](json& s) { s["cases"][1]["arguments"]["payload"] = "64"; },
                 "cases[1]: 'payload' must be a whole number"},
        BadSuite{"no_sizes", [](json& s) { s["cases"][1]["arguments"] = 5; },
                 "cases[1]: 'arguments' must be an object"},
        BadSuite{"empty_list", [](json& s) { s["cases"][1]["arguments"]["payload"] = json::array(); },
                 "cases[1]: 'payload' is an empty list"},
        BadSuite{"unequal_lists",
                 [](json& s) {
                     s["cases"][1]["arguments"]["requests"] = json{1, 2, 3};
                 },
                 "'requests' lists 3 numbers and 'connections' 2"},
        BadSuite{"unequal_iterations",
                 [](json& s) {
                     s["cases"][0]["iterations"] = json{1, 2, 3};
                 },
                 "'iterations' lists 3 numbers and 'grain_us' 2"},
        BadSuite{"no_iterations", [](json& s) { s["cases"][0]["iterations"] = 0; }, "'iterations' must be from 1"},
        BadSuite{"no_cases", [](json& s) { s["cases"] = json::array(); }, "there is no case"},
        BadSuite{"baseline",
                 [](json& s) {
                     s["baseline"] = {{"io", "kqueue"}};
                 },
                 "baseline: unknown model 'kqueue'"},
        BadSuite{"baseline_of_a_case", [](json& s) { s["cases"][1]["baseline"] = "kqueue"; },
                 "cases[1]: unknown model 'kqueue'"},
        BadSuite{"no_budget", [](json& s) { s["budget_s"] = 0; }, "'budget_s' must be a number above 0"},
        BadSuite{"unknown_case",
                 [](json& s) { s["groups"] = json::parse(R"([{"name": "a", "cases": ["echo/kqueue"]}])"); },
                 "groups[0]: unknown model 'kqueue'"},
        BadSuite{"case_twice",
                 [](json& s) {
                     s["groups"] = json::parse(R"([{"name": "a", "cases": ["echo/poll", "echo/poll/payload:64"]}])");
                 },
                 "is there twice"},
        BadSuite{"group_twice",
                 [](json& s) {
                     s["groups"] = json::parse(
                         R"([{"name": "a", "cases": ["echo/poll"]}, {"name": "a", "cases": ["echo/poll"]}])");
                 },
                 "groups[1]: there is another group of this name"},
        BadSuite{"twice", [](json& s) { s["cases"].push_back(s["cases"][1]); }, "is there twice"},
        BadSuite{"foreign_control", [](json& s) { s["controls"][0]["model"] = "epoll"; },
                 "controls[0]: primes/epoll/tasks:8/grain_us:10 is not a case of this suite"},
        BadSuite{"control_of_many",
                 [](json& s) {
                     s["controls"][0]["arguments"]["grain_us"] = json{1, 10};
                 },
                 "controls[0]: an A/A control is one case"},
        BadSuite{"control_twice", [](json& s) { s["controls"].push_back(s["controls"][0]); },
                 "controls[2]: control primes/serial/tasks:8/grain_us:10 is there twice"}),
    [](const auto& tested) { return std::string{tested.param.name}; });

}  // namespace
}  // namespace bench
