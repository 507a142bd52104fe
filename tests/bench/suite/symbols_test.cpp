// Numbers in a suite that depend on the machine.
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "bench/suite/plan.h"
#include "bench/suite/suite_file.h"
#include "small_suite.h"
#include "synthetic_topology.h"

namespace bench {
namespace {

using nlohmann::json;

// So many cores with one hardware thread each; I/O has half of them.
MachineCpus machine_of(int cores) {
    sys::CpuSet all(static_cast<std::size_t>(cores));
    std::iota(all.begin(), all.end(), 0);
    return {SyntheticTopology{"core:" + std::to_string(cores) + " pu:1"}.topology(), std::move(all)};
}

json suite_of_primes(const json& workers, const json& tasks = 8) {
    return {{"name", "symbols"},
            {"rounds", 1},
            {"time_limit_s", 1},
            {"placement", "split"},
            {"models",
             {{"cpu", json::array({{{"model", "thread_pool"}, {"arguments", {{"workers", workers}}}}})},
              {"io", json::array({{{"model", "epoll_per_core"}}})}}},
            {"cases", json::array({{{"workload", "primes"}, {"arguments", {{"tasks", tasks}}}}})}};
}

std::vector<Case> cases_of(const json& suite, int cores) {
    std::vector<Case> cases;
    const Suite parsed = parse_suite(suite, "symbols.json", machine_of(cores));
    for (const Point& point : parsed.points) {
        for (Case& one : parsed.cases(point)) cases.push_back(std::move(one));
    }
    return cases;
}

std::vector<std::size_t> workers_of(const std::vector<Case>& cases) {
    std::vector<std::size_t> workers;
    for (const Case& one : cases) workers.push_back(one.model_arguments.count("workers"));
    return workers;
}

TEST(Symbols, StandForTheCpusOfTheMachine) {
    const json suite = suite_of_primes(json::array({"cpus", "2*cpus", "4*cpus"}), "16*cpus");
    const auto cases = cases_of(suite, 8);
    EXPECT_EQ(workers_of(cases), (std::vector<std::size_t>{8, 16, 32}));
    EXPECT_EQ(cases[0].arguments.count("tasks"), 128U);
    EXPECT_EQ(cases[0].name(), "primes/thread_pool/workers:8/tasks:128/grain_us:100");
    EXPECT_EQ(cases[1].symbols, (Symbols{{"tasks", "16*cpus"}, {"workers", "2*cpus"}}));
    EXPECT_EQ(workers_of(cases_of(suite, 1)), (std::vector<std::size_t>{1, 2, 4}));
}

TEST(Symbols, OfIoStandForTheModelsHalf) {
    json suite = suite_of_primes(2);
    suite["cases"] = json::array({{{"workload", "echo"}, {"arguments", {{"requests", "100*cpus"}}}}});
    const auto cases = cases_of(suite, 8);
    EXPECT_EQ(cases.at(0).arguments.count("requests"), 400U);
    EXPECT_EQ(cases.at(0).model_arguments.count("workers"), 4U) << "the default is a worker for each CPU";
    EXPECT_EQ(cases.at(0).symbols.at("workers"), "cpus");
}

TEST(Symbols, OneToCpusIsEveryPowerOfTwoAndTheNumberItself) {
    EXPECT_EQ(workers_of(cases_of(suite_of_primes("1..cpus"), 8)), (std::vector<std::size_t>{1, 2, 4, 8}));
    EXPECT_EQ(workers_of(cases_of(suite_of_primes("1..cpus"), 6)), (std::vector<std::size_t>{1, 2, 4, 6}));
    EXPECT_EQ(workers_of(cases_of(suite_of_primes("1..cpus"), 1)), (std::vector<std::size_t>{1}));
    const auto cases = cases_of(suite_of_primes(json::array({"1..cpus", "2*cpus"})), 4);
    EXPECT_EQ(workers_of(cases), (std::vector<std::size_t>{1, 2, 4, 8}));
    EXPECT_EQ(cases[1].symbols, Symbols{}) << "the same number on every machine";
    EXPECT_EQ(cases[2].symbols, (Symbols{{"workers", "cpus"}}));
}

TEST(Symbols, EqualValuesRunOnce) {
    EXPECT_EQ(workers_of(cases_of(suite_of_primes(json::array({2, "cpus", 16, "4*cpus"})), 2)),
              (std::vector<std::size_t>{2, 16, 8}));
    const auto kept = cases_of(suite_of_primes(json::array({2, "cpus"})), 2);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].symbols, (Symbols{{"workers", "cpus"}})) << "it stands for both";
    json with_default = suite_of_primes(json::array({1, 4}));
    with_default["models"]["cpu"].push_back({{"model", "thread_pool"}});
    EXPECT_EQ(workers_of(cases_of(with_default, 4)), (std::vector<std::size_t>{1, 4})) << "the default is 4 here";
    EXPECT_EQ(cases_of(suite_of_primes(2, json::array({32, "16*cpus"})), 2).size(), 1U);
    EXPECT_EQ(cases_of(suite_of_primes(2, json::array({32, "16*cpus"})), 4).size(), 2U);
}

TEST(Symbols, NumbersThatAPersonWroteTwiceAreAnError) {
    EXPECT_NE(test::complaint([] {
                  (void)cases_of(suite_of_primes(json::array({2, 2})), 2);
              }).find("is there twice"),
              std::string::npos);
}

TEST(Symbols, OtherTextsAreRefused) {
    for (const char* const text : {"cpu", "0*cpus", "-1*cpus", "2*", "*cpus", "2cpus", "2*cpus ", "cpus*2", ""}) {
        const std::string said = test::complaint([&] { (void)cases_of(suite_of_primes(text), 2); });
        EXPECT_NE(said.find("'2*cpus' (or another multiple)"), std::string::npos) << text << ": " << said;
    }
    json suite = suite_of_primes(2);
    suite["cases"][0]["iterations"] = "cpus";
    EXPECT_NE(test::complaint([&] { (void)cases_of(suite, 2); }).find("must be a whole number, or a list of them"),
              std::string::npos);
}

TEST(Symbols, TheSuitesOfTheProjectAreValidOnEveryMachine) {
    for (const int cores : {1, 2, 3, 8, 64}) {
        const MachineCpus machine = machine_of(cores);
        for (const char* const name : {"quick", "full", "native", "libraries"}) {
            const Suite suite = load_suite(find_suite(name, default_suites_folder()), machine);
            // A build without optional libraries has few of them.
            EXPECT_GT(case_count(make_plan(suite, {}, 1)), 10U) << name << " on " << cores;
        }
    }
}

// What a suite asks of a model with one thread must not grow with the machine without bound.
TEST(Symbols, SerialCodeDoesTheSuitesCpuWorkInAFewSeconds) {
    for (const int cores : {64, 128}) {
        const MachineCpus machine = machine_of(cores);
        for (const char* const name : {"quick", "full"}) {
            for (const Point& point : load_suite(find_suite(name, default_suites_folder()), machine).points) {
                if (point.workload->name != "primes") continue;
                const tasks::Arguments& arguments = point.arguments.arguments;
                const std::int64_t work_us = arguments.at("tasks") * arguments.at("grain_us");
                EXPECT_LE(work_us, 3'000'000) << name << " on " << cores << arguments.path();
                EXPECT_LE(arguments.at("tasks"), 10'000) << "a process for each";
            }
        }
    }
}

TEST(Symbols, ThePlacementDecidesAboutTheCpusOfIo) {
    json suite = suite_of_primes(2);
    const auto serving = [&](std::optional<Placement> placement) {
        return parse_suite(suite, "symbols.json", machine_of(8), placement).cpus.serving.model.size();
    };
    EXPECT_EQ(serving({}), 4U) << "the suite's own";
    EXPECT_EQ(serving(Placement::free), 8U);
}

}  // namespace
}  // namespace bench
