#include "workloads/io/arrivals.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace workloads {
namespace {

using std::chrono::seconds;
using sys::Nanoseconds;

TEST(Arrivals, EvenOnesComeAtTheRate) {
    const Arrivals arrivals{4, Arrivals::Spacing::even, 10};
    EXPECT_EQ(arrivals.offset(0), Nanoseconds{0});
    EXPECT_EQ(arrivals.offset(3), std::chrono::milliseconds{750});
    EXPECT_EQ(arrivals.offset(4'000'000), seconds{1'000'000}) << "also after the requests of a window";
}

class ExponentialArrivals : public testing::Test {
protected:
    static constexpr std::uint64_t requests = 20'000;
    const Arrivals arrivals_{1'000, Arrivals::Spacing::exponential, requests};

    // In units of the mean gap.
    [[nodiscard]] double gap(std::uint64_t number) const {
        const Nanoseconds gap = arrivals_.offset(number + 1) - arrivals_.offset(number);
        return static_cast<double>(gap.count()) / 1e6;
    }
};

TEST_F(ExponentialArrivals, ComeAtTheRate) {
    EXPECT_EQ(arrivals_.offset(0), Nanoseconds{0});
    EXPECT_EQ(arrivals_.offset(requests), seconds{20});
    EXPECT_EQ(arrivals_.offset(3 * requests), seconds{60});
}

TEST_F(ExponentialArrivals, NeverGoBack) {
    for (std::uint64_t number = 0; number < 2 * requests; ++number) EXPECT_GE(gap(number), 0) << number;
}

TEST_F(ExponentialArrivals, BeginAgainAfterTheRequestsOfAWindow) {
    for (const std::uint64_t number : {1, 2, 1'000}) {
        EXPECT_NEAR(static_cast<double>(arrivals_.offset(requests + number).count()),
                    static_cast<double>((arrivals_.offset(number) + seconds{20}).count()), 2);
    }
}

TEST_F(ExponentialArrivals, HaveGapsOfThatDistribution) {
    // The share of gaps that are longer than t is exp(-t), for each t.
    for (const double t : {0.1, 0.5, 1.0, 2.0, 4.0}) {
        double longer = 0;
        for (std::uint64_t number = 0; number < requests; ++number) longer += gap(number) > t ? 1 : 0;
        EXPECT_NEAR(longer / requests, std::exp(-t), 0.02) << t;
    }
}

TEST_F(ExponentialArrivals, HaveGapsThatDoNotDependOnEachOther) {
    double sum_of_products = 0;
    for (std::uint64_t number = 0; number < requests; ++number) {
        sum_of_products += (gap(number) - 1) * (gap(number + 1) - 1);
    }
    EXPECT_NEAR(sum_of_products / requests, 0, 0.04);
}

TEST_F(ExponentialArrivals, AreTheSameEachTime) {
    const Arrivals again{1'000, Arrivals::Spacing::exponential, requests};
    for (std::uint64_t number = 0; number < requests; ++number) {
        ASSERT_EQ(again.offset(number), arrivals_.offset(number));
    }
}

}  // namespace
}  // namespace workloads
