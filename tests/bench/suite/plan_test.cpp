#include "bench/suite/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "bench/suite/usage_error.h"
#include "small_suite.h"

namespace bench {
namespace {

// The models of one group in one round, in order. A star marks an A/A control.
std::vector<std::string> order(const Plan& plan, int round, std::string_view group) {
    std::vector<std::string> models;
    for (const Step& step : plan.steps) {
        const PlannedCase& planned = plan.cases[step.index];
        if (step.round != round || planned.what.arguments.path() != group) continue;
        models.push_back(std::string{planned.what.model->name} + planned.what.model_arguments.path() +
                         (planned.control ? "*" : ""));
    }
    return models;
}

std::string complaint_about(const Selection& selection) {
    return test::complaint([&] { static_cast<void>(make_plan(test::small_suite(), selection, 1)); });
}

using Names = std::vector<std::string>;

TEST(Plan, EveryCaseStandsInEveryRoundOnce) {
    const Plan plan = make_plan(test::small_suite(), {}, 3);
    EXPECT_EQ(plan.cases.size(), 6U + 4U + 2U);
    EXPECT_EQ(plan.steps.size(), 3U * plan.cases.size());
    std::map<std::pair<std::size_t, int>, int> count;
    for (const Step& step : plan.steps) ++count[{step.index, step.round}];
    EXPECT_EQ(count.size(), plan.steps.size());
    EXPECT_TRUE(std::ranges::is_sorted(plan.steps, {}, &Step::round));
}

TEST(Plan, EveryOtherRoundIsReversedWithinAGroup) {
    const Plan plan = make_plan(test::small_suite(), {}, 3);
    const Names forward{"serial", "thread_pool/workers:2", "thread_pool/workers:4"};
    EXPECT_EQ(order(plan, 0, "/tasks:8/grain_us:1"), forward);
    EXPECT_EQ(order(plan, 1, "/tasks:8/grain_us:1"), Names(forward.rbegin(), forward.rend()));
    EXPECT_EQ(order(plan, 2, "/tasks:8/grain_us:1"), forward);
}

TEST(Plan, GroupsKeepTheirOrderInEveryRound) {
    const Plan plan = make_plan(test::small_suite(), {}, 2);
    for (std::size_t i = 0; i < plan.cases.size(); ++i) {
        EXPECT_EQ(plan.cases[plan.steps[i].index].what.arguments,
                  plan.cases[plan.steps[plan.cases.size() + i].index].what.arguments);
    }
}

TEST(Plan, AnAAControlRunsAtTheOtherEndOfItsGroup) {
    const Plan plan = make_plan(test::small_suite(), {}, 1);
    EXPECT_EQ(order(plan, 0, "/tasks:8/grain_us:10"),
              (Names{"serial", "thread_pool/workers:2", "thread_pool/workers:4", "serial*"}));
    EXPECT_EQ(order(plan, 0, "/connections:1/payload:64/requests:20/work_us:0"), (Names{"epoll*", "poll", "epoll"}));
}

TEST(Plan, AnAAControlHasItsOwnName) {
    const Plan plan = make_plan(test::small_suite(), {}, 1);
    std::vector<std::string> names;
    for (const PlannedCase& planned : plan.cases) names.push_back(planned.run_name());
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Plan, SelectsByWorkloadModelAndName) {
    const Suite suite = test::small_suite();
    EXPECT_EQ(make_plan(suite, {{"echo"}, {}, ""}, 1).cases.size(), 5U);
    EXPECT_EQ(make_plan(suite, {{}, {"serial", "epoll"}, ""}, 1).cases.size(), 2U + 2U + 2U);
    EXPECT_EQ(make_plan(suite, {{}, {}, "workers:4"}, 1).cases.size(), 2U);
    EXPECT_EQ(make_plan(suite, {{"primes"}, {"serial"}, "grain_us:1$"}, 1).cases.size(), 1U);
}

TEST(Plan, IterationsBelongToTheArguments) {
    for (const PlannedCase& planned : make_plan(test::small_suite(), {{"primes"}, {}, ""}, 1).cases) {
        EXPECT_EQ(planned.iterations, planned.what.arguments.at("grain_us") == 1 ? 20 : 5);
    }
}

TEST(Plan, KeepsToTheCasesOfARunThatIsResumed) {
    const Suite suite = test::small_suite();
    Selection resumed;
    resumed.cases = {"primes/serial/tasks:8/grain_us:10", "echo/poll/connections:1/payload:64/requests:20/work_us:0"};
    const Plan plan = make_plan(suite, resumed, 2);
    EXPECT_EQ(case_names(plan), resumed.cases);
    EXPECT_EQ(plan.cases.size(), 3U) << "both cases, and the A/A control of the first";
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
    EXPECT_EQ(descriptors_needed(make_plan(suite, {}, 1)), 165U)
        << "for 100 connections, the acceptor, and the reserve of 64";
    EXPECT_EQ(descriptors_needed(make_plan(suite, {{}, {}, "connections:1/"}, 1)), 66U);
    EXPECT_EQ(descriptors_needed(make_plan(suite, {{"primes"}, {}, ""}, 1)), 64U);
}

}  // namespace
}  // namespace bench
