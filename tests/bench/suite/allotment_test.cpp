#include "bench/suite/allotment.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

constexpr CaseKey narrow{0, 1};
constexpr CaseKey wide{0, 2};

std::vector<Width> two_cases() {
    return {{narrow, {0.00, 0.01, 0.00, 0.01, 0.00, 0.01}, 1.0}, {wide, {0.0, 0.2, 0.0, 0.2, 0.0, 0.2}, 1.0}};
}

TEST(Allotment, TheHalfWidthIsThatOfStudent) {
    // scipy.stats.t.ppf(0.975, 5) / sqrt(6) = 1.04943
    EXPECT_NEAR(half_width(1.0, 6), 1.0494, 0.0005);
    EXPECT_NEAR(half_width(0.1, 2), 0.8984, 0.0005);
    EXPECT_LT(half_width(1.0, 100), 0.21);
}

TEST(Allotment, TheWidestGetsTheTime) {
    const auto more = allot(two_cases(), 10.0);
    ASSERT_EQ(more.size(), 1U);
    EXPECT_EQ(more.at(wide), 10U);
}

TEST(Allotment, WhenTheWidestHasAllItMayHaveTheNextOneGetsSome) {
    const auto more = allot(two_cases(), 40.0, 40);
    EXPECT_EQ(more.at(wide), 34U);
    EXPECT_EQ(more.at(narrow), 6U);
}

TEST(Allotment, NoMoreTimeIsAllottedThanIsLeft) {
    std::vector<Width> cases = two_cases();
    cases[1].set_s = 3.0;
    const auto more = allot(cases, 10.0);
    EXPECT_EQ(more.at(wide), 3U);
    EXPECT_EQ(more.at(narrow), 1U) << "there is time for a cheaper case";
    EXPECT_TRUE(allot(cases, 0.5).empty());
    EXPECT_TRUE(allot(cases, -5.0).empty());
}

TEST(Allotment, TooFewSetsTellNoWidth) {
    const std::vector<Width> cases{{wide, {0.0, 0.2}, 1.0}};
    EXPECT_TRUE(allot(cases, 10.0).empty());
}

TEST(Allotment, AnEvenWidthIsSharedEvenly) {
    std::vector<Width> cases = two_cases();
    cases[0].values = cases[1].values;
    const auto more = allot(cases, 8.0);
    EXPECT_EQ(more.at(wide), 4U);
    EXPECT_EQ(more.at(narrow), 4U);
}

}  // namespace
}  // namespace bench
