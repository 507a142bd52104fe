#include "bench/suite/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/suite/usage_error.h"
#include "cpus.h"
#include "small_suite.h"

namespace bench {
namespace {

using Names = std::vector<std::string>;

// The models of the group. A star marks an A/A control, an exclamation mark the baseline.
std::vector<std::string> models(const Plan& plan, std::string_view group) {
    std::vector<std::string> names;
    for (const Group& one : plan.groups) {
        if (one.name != group) continue;
        for (const PlannedCase& planned : one.cases) {
            names.push_back(std::string{planned.what.model->name} + planned.what.model_arguments.path() +
                            (planned.control ? "*" : "") + (&planned == &one.cases[one.baseline] ? "!" : ""));
        }
    }
    return names;
}

std::string complaint_about(const Selection& selection) {
    return test::complaint([&] { static_cast<void>(make_plan(test::small_suite(), selection, 1)); });
}

TEST(Plan, EachPointIsAGroupThatIsComparedWithItsFirstCase) {
    const Plan plan = make_plan(test::small_suite(), {}, 3);
    EXPECT_EQ(plan.rounds, 3);
    EXPECT_EQ(plan.groups.size(), 4U);
    EXPECT_EQ(case_count(plan), 6U + 4U + 2U);
    EXPECT_EQ(models(plan, "primes/tasks:8/grain_us:1"),
              (Names{"serial!", "thread_pool/workers:2", "thread_pool/workers:4"}));
}

TEST(Plan, ASuiteNamesTheBaselineOfItsPoints) {
    nlohmann::json suite = test::small_suite_json();
    suite["baseline"] = {{"cpu", "thread_pool"}, {"io", "epoll"}};
    const Plan plan = make_plan(parse_suite(suite, "small.json", machine_cpus()), {}, 1);
    EXPECT_EQ(models(plan, "primes/tasks:8/grain_us:1"),
              (Names{"serial", "thread_pool/workers:2!", "thread_pool/workers:4"}));
    EXPECT_EQ(models(plan, "echo/connections:100/payload:64/requests:200/work_us:0"), (Names{"poll", "epoll!"}));
    const Plan without = make_plan(parse_suite(suite, "small.json", machine_cpus()), {{}, {"poll"}, ""}, 1);
    EXPECT_EQ(models(without, "echo/connections:100/payload:64/requests:200/work_us:0"), Names{"poll!"});
}

TEST(Plan, ACaseMayNameABaselineOfItsOwn) {
    nlohmann::json suite = test::small_suite_json();
    suite["baseline"] = {{"io", "poll"}};
    suite["cases"][1]["baseline"] = "epoll";
    suite["cases"].push_back({{"workload", "echo"}, {"arguments", {{"connections", 7}}}});
    const Plan plan = make_plan(parse_suite(suite, "small.json", machine_cpus()), {}, 1);
    EXPECT_EQ(models(plan, "echo/connections:100/payload:64/requests:200/work_us:0"), (Names{"poll", "epoll!"}));
    EXPECT_EQ(models(plan, plan.groups.back().name), (Names{"poll!", "epoll"}));
}

TEST(Plan, ANamedGroupIsComparedWithItsFirstCase) {
    nlohmann::json suite = test::small_suite_json();
    suite["groups"] = nlohmann::json::parse(
        R"([{"name": "sizes", "cases": ["echo/poll/connections:9", "echo/poll/connections:1"],
             "repeat": ["echo/poll/connections:1"], "count_rounds": 2}])");
    const Plan plan = make_plan(parse_suite(suite, "small.json", machine_cpus()), {}, 1);
    EXPECT_EQ(models(plan, "sizes"), (Names{"poll*", "poll!", "poll"}));
    EXPECT_EQ(plan.groups.back().cases[1].what.arguments.at("connections"), 9);
    EXPECT_EQ(plan.groups.back().cases[1].count_rounds, 2);
}

TEST(Plan, AnAAControlIsAtTheOtherEndOfItsGroup) {
    const Plan plan = make_plan(test::small_suite(), {}, 1);
    EXPECT_EQ(models(plan, "primes/tasks:8/grain_us:10"),
              (Names{"serial!", "thread_pool/workers:2", "thread_pool/workers:4", "serial*"}));
    EXPECT_EQ(models(plan, "echo/connections:1/payload:64/requests:20/work_us:0"), (Names{"epoll*", "poll!", "epoll"}));
}

TEST(Plan, OnlyOpenLoopIsMeasuredInWholeSamples) {
    nlohmann::json suite = test::small_suite_json();
    suite["cases"].push_back({{"workload", "open_echo"}});
    for (const Group& group : make_plan(parse_suite(suite, "small.json", machine_cpus()), {}, 1).groups) {
        for (const PlannedCase& planned : group.cases) {
            EXPECT_EQ(planned.in_turns, planned.what.workload->name != "open_echo");
            EXPECT_EQ(planned.run_name().find("/iterations:") == std::string::npos, planned.in_turns);
        }
    }
}

TEST(Plan, AnAAControlHasItsOwnName) {
    const Plan plan = make_plan(test::small_suite(), {}, 1);
    std::vector<std::string> names;
    for (const Group& group : plan.groups) {
        for (const PlannedCase& planned : group.cases) names.push_back(planned.run_name());
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Plan, SelectsByWorkloadModelAndName) {
    const Suite suite = test::small_suite();
    EXPECT_EQ(case_count(make_plan(suite, {{"echo"}, {}, ""}, 1)), 5U);
    EXPECT_EQ(case_count(make_plan(suite, {{}, {"serial", "epoll"}, ""}, 1)), 2U + 2U + 2U);
    EXPECT_EQ(case_count(make_plan(suite, {{}, {}, "workers:4"}, 1)), 2U);
    EXPECT_EQ(case_count(make_plan(suite, {{"primes"}, {"serial"}, "grain_us:1$"}, 1)), 1U);
}

TEST(Plan, IterationsBelongToTheArguments) {
    for (const Group& group : make_plan(test::small_suite(), {{"primes"}, {}, ""}, 1).groups) {
        for (const PlannedCase& planned : group.cases) {
            EXPECT_EQ(planned.iterations, planned.what.arguments.at("grain_us") == 1 ? 20 : 5);
        }
    }
}

TEST(Plan, ErrorsListTheChoices) {
    EXPECT_EQ(complaint_about({{"sorting"}, {}, ""}).rfind("unknown workload 'sorting'; there are: noop", 0), 0U);
    EXPECT_EQ(complaint_about({{}, {"kqueue"}, ""}).rfind("unknown model 'kqueue'; there are: serial", 0), 0U);
    EXPECT_EQ(complaint_about({{"fetch"}, {}, ""}), "suite 'small' has no workload 'fetch'; it has: echo, primes");
    EXPECT_EQ(complaint_about({{}, {"select"}, ""}),
              "suite 'small' has no model 'select'; it has: epoll, poll, serial, thread_pool");
    EXPECT_EQ(complaint_about({{}, {}, "nothing like this"}).rfind("no case of suite 'small' is left", 0), 0U);
    EXPECT_EQ(complaint_about({{}, {}, "("}).rfind("--filter '(' is not a regular expression", 0), 0U);
}

TEST(Plan, CountsTheDescriptorsOfTheLargestSelectedCase) {
    const Suite suite = test::small_suite();
    const auto most = [&](const Selection& selection) {
        const auto needs = descriptors_needed(make_plan(suite, selection, 1));
        return std::ranges::max(needs, {}, &DescriptorNeed::descriptors);
    };
    EXPECT_EQ(most({}).descriptors, 165U) << "for 100 connections, the acceptor, and the reserve of 64";
    EXPECT_EQ(most({}).what, "/connections:100/");
    EXPECT_EQ(most({{}, {}, "connections:1/"}).descriptors, 66U);
    EXPECT_EQ(most({{}, {}, "", most({}).what}).descriptors, 66U);
    EXPECT_EQ(most({{"primes"}, {}, ""}).descriptors, 64U);
}

TEST(Plan, LeavesCasesOut) {
    const Plan plan = make_plan(test::small_suite(), {{}, {}, "^echo/", "/epoll/|connections:1/"}, 1);
    ASSERT_EQ(case_count(plan), 1U);
    EXPECT_TRUE(plan.groups[0].cases[0].name.starts_with("echo/poll/connections:100/"));
}

}  // namespace
}  // namespace bench
