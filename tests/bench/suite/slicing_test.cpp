#include "bench/suite/slicing.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

using namespace std::chrono_literals;

TEST(Slicing, ASliceTakesAbout25Milliseconds) {
    const Slicing slicing = make_slicing({400, 10ms, 11ms}, 100);
    EXPECT_EQ(slicing.amount, 1000U);
    EXPECT_EQ(slicing.slices, 6);
    EXPECT_FALSE(slicing.is_slow());
    EXPECT_EQ(make_slicing({400, 100ms, 101ms}, 1).amount, 100U);
}

TEST(Slicing, HasAtLeastTheLeastWork) {
    const Slicing slicing = make_slicing({1000, 150ms, 151ms}, 1000);
    EXPECT_EQ(slicing.amount, 1000U);
    EXPECT_EQ(slicing.length, 150ms);
    EXPECT_TRUE(slicing.is_slow());
    EXPECT_EQ(slicing.slices, 1);
}

TEST(Slicing, LongSlicesAreFewer) {
    EXPECT_EQ(make_slicing({1, 30ms, 31ms}, 1).slices, 6);
    EXPECT_EQ(make_slicing({1, 60ms, 61ms}, 1).slices, 4);
    EXPECT_EQ(make_slicing({1, 10s, 11s}, 1).slices, 1);
}

TEST(Slicing, AWholeTurnTakesAtMost50Milliseconds) {
    // Runs of a microsecond, which take twenty to prepare and verify.
    const Slicing slicing = make_slicing({100, 100us, 2100us}, 1);
    EXPECT_EQ(slicing.amount, 2381U);
    EXPECT_EQ(slicing.length, 2381us);
    EXPECT_EQ(next_try({1200, 1200us, 25ms}), 0U) << "it need not be longer";
    EXPECT_EQ(next_try({600, 600us, 12500us}), 2400U);
}

TEST(Slicing, ATryIsRepeatedWithMoreWorkUntilItIsLongEnough) {
    EXPECT_EQ(next_try({1, 1us, 2us}), 16U) << "not more than sixteen times as much at once";
    EXPECT_EQ(next_try({100, 5ms, 5ms}), 500U);
    EXPECT_EQ(next_try({100, 12ms, 12ms}), 209U);
    EXPECT_EQ(next_try({100, 13ms, 13ms}), 0U);
    EXPECT_EQ(next_try({100, 20s, 20s}), 0U);
}

}  // namespace
}  // namespace bench
