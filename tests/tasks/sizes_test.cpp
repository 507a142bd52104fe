#include "tasks/sizes.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace tasks {
namespace {

constexpr Parameter parameters[] = {
    {"connections", 100, 1, 1000, "clients"},
    {"payload", 64, -5, 128, "bytes"},
};

// What a call that must not be taken says.
template <class Call>
std::string refusal(Call call) {
    try {
        (void)call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "it was taken";
}

TEST(Sizes, AreFoundByName) {
    const Sizes sizes{{"a", 1}, {"b", -2}};
    EXPECT_EQ(sizes.at("a"), 1);
    EXPECT_EQ(sizes.at("b"), -2);
    EXPECT_EQ(sizes.count("a"), 1U);
    EXPECT_EQ(sizes.items().size(), 2U);
}

TEST(Sizes, ThrowForANameThatIsNotThere) {
    try {
        (void)Sizes{{"a", 1}}.at("depth");
        FAIL() << "it was found";
    } catch (const std::out_of_range& error) {
        EXPECT_EQ(std::string{error.what()}, "no size named 'depth'");
    }
}

TEST(ParseSizes, RefusesTheSameSizeTwice) {
    try {
        (void)parse_sizes("payload:1/connections:2/payload:3");
        FAIL() << "it was taken";
    } catch (const std::invalid_argument& error) {
        EXPECT_EQ(std::string{error.what()}, "size 'payload' is given twice");
    }
}

TEST(Sizes, WriteThemselvesAsAPath) {
    EXPECT_EQ(Sizes{}.path(), "");
    EXPECT_EQ((Sizes{{"connections", 100}}.path()), "/connections:100");
    EXPECT_EQ((Sizes{{"b", -2}, {"a", 1}}.path()), "/b:-2/a:1");
}

TEST(ParseSizes, IsTheReverseOfPath) {
    for (const Sizes& sizes : {Sizes{}, Sizes{{"a", 1}}, Sizes{{"b", -2}, {"a", 0}},
                               Sizes{{"most", std::numeric_limits<std::int64_t>::max()},
                                     {"least", std::numeric_limits<std::int64_t>::min()}}}) {
        EXPECT_EQ(parse_sizes(sizes.path()), sizes) << sizes.path();
    }
}

TEST(ParseSizes, TakesThemWithoutTheFirstSlash) {
    const Sizes expected{{"a", 1}, {"b", 2}};
    EXPECT_EQ(parse_sizes("a:1/b:2"), expected);
    EXPECT_EQ(parse_sizes("/a:1/b:2/"), expected);
    EXPECT_EQ(parse_sizes("/"), Sizes{});
}

TEST(ParseSizes, ShowsTheFormWhereItIsAnother) {
    for (const std::string_view wrong :
         {"a", "a:", "a:b", "a:1b", "a: 1", "a:+1", "a:1.5", "a:0x10", "a:1:2", "a:9223372036854775808", ":"}) {
        EXPECT_EQ(refusal([&] { return parse_sizes(wrong); }),
                  "'" + std::string{wrong} + "' is not a size: write name:number");
    }
    // The one that is wrong is named, not the whole.
    EXPECT_EQ(refusal([] { return parse_sizes("a:1/b=2/c:3"); }), "'b=2' is not a size: write name:number");
}

TEST(Complete, FillsInWhatIsNotGiven) {
    EXPECT_EQ(complete(parameters, {}), (Sizes{{"connections", 100}, {"payload", 64}}));
    EXPECT_EQ(complete(parameters, {{"payload", 1}}), (Sizes{{"connections", 100}, {"payload", 1}}));
}

TEST(Complete, PutsThemInTheParametersOrder) {
    EXPECT_EQ(complete(parameters, {{"payload", 1}, {"connections", 2}}), (Sizes{{"connections", 2}, {"payload", 1}}));
}

TEST(Complete, TakesTheBoundsThemselves) {
    EXPECT_EQ(complete(parameters, {{"connections", 1}, {"payload", -5}}),
              (Sizes{{"connections", 1}, {"payload", -5}}));
    EXPECT_EQ(complete(parameters, {{"connections", 1000}, {"payload", 128}}),
              (Sizes{{"connections", 1000}, {"payload", 128}}));
}

TEST(Complete, RefusesWhatIsBeyondThem) {
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"connections", 0}});
              }),
              "size 'connections' is 0; it goes from 1 to 1000");
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"connections", 1001}});
              }),
              "size 'connections' is 1001; it goes from 1 to 1000");
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"payload", -6}});
              }),
              "size 'payload' is -6; it goes from -5 to 128");
}

TEST(Complete, RefusesAnUnknownNameAndSaysWhatThereIs) {
    EXPECT_EQ(refusal([] {
                  return complete(parameters, {{"connection", 1}});
              }),
              "unknown size 'connection'; there are: connections, payload");
    // A model without sizes.
    EXPECT_NE(refusal([] { return complete({}, {{"workers", 1}}); }), "it was taken");
}

}  // namespace
}  // namespace tasks
