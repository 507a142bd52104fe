#include "tasks/arguments.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace tasks {
namespace {

constexpr Parameter parameters[] = {
    {"connections", 100, 1, 1000, "clients"},
    {"payload", 64, -5, 128, "bytes"},
};

// The message of a call that must throw.
template <class Call>
std::string refusal(Call call) {
    try {
        (void)call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "the call did not throw";
}

TEST(Arguments, AreFoundByName) {
    const Arguments arguments{{"a", 1}, {"b", -2}};
    EXPECT_EQ(arguments.at("a"), 1);
    EXPECT_EQ(arguments.at("b"), -2);
    EXPECT_EQ(arguments.count("a"), 1U);
    EXPECT_EQ(arguments.items().size(), 2U);
}

TEST(Arguments, ThrowForAnUnknownName) {
    try {
        (void)Arguments{{"a", 1}}.at("depth");
        FAIL() << "at() did not throw";
    } catch (const std::out_of_range& error) {
        EXPECT_EQ(std::string{error.what()}, "no argument named 'depth'");
    }
}

TEST(ParseArguments, RefusesAnArgumentThatIsGivenTwice) {
    EXPECT_EQ(refusal([] { return parse_arguments("payload:1/connections:2/payload:3"); }),
              "argument 'payload' is given twice");
}

TEST(Arguments, WriteThemselvesAsAPath) {
    EXPECT_EQ(Arguments{}.path(), "");
    EXPECT_EQ((Arguments{{"connections", 100}}.path()), "/connections:100");
    EXPECT_EQ((Arguments{{"b", -2}, {"a", 1}}.path()), "/b:-2/a:1");
}

TEST(ParseArguments, IsTheReverseOfPath) {
    for (const Arguments& arguments : {Arguments{}, Arguments{{"a", 1}}, Arguments{{"b", -2}, {"a", 0}},
                                       Arguments{{"most", std::numeric_limits<std::int64_t>::max()},
                                                 {"least", std::numeric_limits<std::int64_t>::min()}}}) {
        EXPECT_EQ(parse_arguments(arguments.path()), arguments) << arguments.path();
    }
}

TEST(ParseArguments, DoesNotNeedTheFirstSlash) {
    const Arguments expected{{"a", 1}, {"b", 2}};
    EXPECT_EQ(parse_arguments("a:1/b:2"), expected);
    EXPECT_EQ(parse_arguments("/a:1/b:2/"), expected);
    EXPECT_EQ(parse_arguments("/"), Arguments{});
}

TEST(ParseArguments, RefusesAnotherFormAndShowsTheRightOne) {
    for (const std::string_view wrong :
         {"a", "a:", "a:b", "a:1b", "a: 1", "a:+1", "a:1.5", "a:0x10", "a:1:2", "a:9223372036854775808", ":"}) {
        EXPECT_EQ(refusal([&] { return parse_arguments(wrong); }),
                  "'" + std::string{wrong} + "' is not an argument: write name:number");
    }
    // The message names only the argument that is wrong.
    EXPECT_EQ(refusal([] { return parse_arguments("a:1/b=2/c:3"); }), "'b=2' is not an argument: write name:number");
}

TEST(Complete, FillsInTheFallbacks) {
    EXPECT_EQ(complete(parameters, {}), (Arguments{{"connections", 100}, {"payload", 64}}));
    EXPECT_EQ(complete(parameters, {{"payload", 1}}), (Arguments{{"connections", 100}, {"payload", 1}}));
}

TEST(Complete, LeavesOutAnOptionalArgumentThatEqualsTheFallback) {
    constexpr Parameter with_optional[] = {{"stack", 0, 0, 64, "KiB", true}, {"workers", 2, 1, 4, "threads"}};
    EXPECT_EQ(complete(with_optional, {}), (Arguments{{"workers", 2}}));
    EXPECT_EQ(complete(with_optional, {{"stack", 0}, {"workers", 3}}), (Arguments{{"workers", 3}}));
    EXPECT_EQ(complete(with_optional, {{"stack", 8}}), (Arguments{{"stack", 8}, {"workers", 2}}));
    EXPECT_EQ(complete(with_optional, {}).value_or("stack", 0), 0);
    EXPECT_EQ(complete(with_optional, {{"stack", 8}}).value_or("stack", 0), 8);
    EXPECT_EQ(refusal([&] {
                  return complete(with_optional, {{"stack", 65}});
              }),
              "argument 'stack' is 65; it goes from 0 to 64");
}

TEST(Complete, PutsThemInTheParametersOrder) {
    EXPECT_EQ(complete(parameters, {{"payload", 1}, {"connections", 2}}),
              (Arguments{{"connections", 2}, {"payload", 1}}));
}

TEST(Complete, AllowsTheBounds) {
    EXPECT_EQ(complete(parameters, {{"connections", 1}, {"payload", -5}}),
              (Arguments{{"connections", 1}, {"payload", -5}}));
    EXPECT_EQ(complete(parameters, {{"connections", 1000}, {"payload", 128}}),
              (Arguments{{"connections", 1000}, {"payload", 128}}));
}

TEST(Complete, RefusesValuesOutOfBounds) {
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"connections", 0}});
              }),
              "argument 'connections' is 0; it goes from 1 to 1000");
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"connections", 1001}});
              }),
              "argument 'connections' is 1001; it goes from 1 to 1000");
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"payload", -6}});
              }),
              "argument 'payload' is -6; it goes from -5 to 128");
}

TEST(Complete, RefusesAnUnknownNameAndListsTheKnownOnes) {
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"connection", 1}});
              }),
              "unknown parameter 'connection'; there are: connections, payload");
    // A model without parameters.
    EXPECT_EQ(refusal([] { return complete({}, {{"workers", 1}}); }), "unknown parameter 'workers'; there are: ");
}

}  // namespace
}  // namespace tasks
