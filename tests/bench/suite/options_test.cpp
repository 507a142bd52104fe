#include "bench/suite/options.h"

#include <gtest/gtest.h>

#include "bench/suite/usage_error.h"

#include "small_suite.h"

namespace bench {
namespace {

std::optional<Options> parse(std::vector<const char*> words) {
    words.insert(words.begin(), "suite_runner");
    return parse_options(static_cast<int>(words.size()), words.data());
}

TEST(Options, AreEmptyWithoutArguments) {
    const Options options = *parse({});
    EXPECT_FALSE(options.suite);
    EXPECT_FALSE(options.rounds);
    EXPECT_FALSE(options.placement);
    EXPECT_FALSE(options.time_limit_s);
    EXPECT_FALSE(options.binaries_folder.empty());
    EXPECT_FALSE(options.suites_folder.empty());
}

TEST(Options, HoldTheArguments) {
    const Options options = *parse({"full", "--model", "poll", "epoll", "--rounds", "3", "--placement", "free",
                                    "--time-limit", "0.5", "--workload=echo", "-oa.json", "--without=1", "--list"});
    EXPECT_EQ(options.suite, "full");
    EXPECT_EQ(options.selection.models, (std::vector<std::string>{"poll", "epoll"}));
    EXPECT_EQ(options.selection.workloads, std::vector<std::string>{"echo"});
    EXPECT_EQ(options.rounds, 3);
    EXPECT_EQ(options.placement, Placement::free);
    EXPECT_EQ(options.time_limit_s, 0.5);
    EXPECT_EQ(options.output, "a.json");
    EXPECT_EQ(options.selection.without, "1");
    EXPECT_TRUE(options.list);
}

TEST(Options, ErrorsHaveOneLine) {
    for (const auto& words : std::vector<std::vector<const char*>>{{"--fast"},
                                                                   {"--rounds", "0"},
                                                                   {"--rounds", "many"},
                                                                   {"--time-limit", "-1"},
                                                                   {"--placement", "afar"},
                                                                   {"--budget", "soon"},
                                                                   {"quick", "full"},
                                                                   {"--model"},
                                                                   {"--resume", "a.json", "--budget", "6m"},
                                                                   {"--resume", "a.json", "--seed", "6"},
                                                                   {"--resume", "a.json", "-o", "b.json"}}) {
        const std::string said = test::complaint([&] { static_cast<void>(parse(words)); });
        EXPECT_FALSE(said.empty()) << words.front();
        EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    }
}

TEST(Options, ATimeHasAUnit) {
    EXPECT_EQ(parse_time("90"), 90);
    EXPECT_EQ(parse_time("90s"), 90);
    EXPECT_EQ(parse_time("6m"), 360);
    EXPECT_EQ(parse_time("1.5h"), 5400);
    for (const char* const text : {"", "m", "0", "-5s", "5 days", "nan", "1e300"}) {
        EXPECT_NE(test::complaint([&] { static_cast<void>(parse_time(text)); }), "") << text;
    }
    EXPECT_EQ(parse({"--budget", "8h"})->budget_s, 8 * 3600);
}

TEST(ResumeCommand, HasAllOptionsThatChangeThePlan) {
    const Options options = *parse({"full", "--filter", "echo/(poll|epoll)", "--workload", "echo", "--time-limit",
                                    "0.5", "--binaries", "/my bin", "-o", "it's.json", "--without", "100"});
    EXPECT_EQ(resume_command(options, options.output),
              "suite_runner full --workload echo --filter 'echo/(poll|epoll)' --without 100 --time-limit 0.5 "
              "--binaries '/my bin' "
              "--resume 'it'\\''s.json'");
}

TEST(ResumeCommand, OfASimpleRunIsShort) {
    EXPECT_EQ(resume_command(*parse({}), "results/local/a.json"), "suite_runner --resume results/local/a.json");
}

}  // namespace
}  // namespace bench
