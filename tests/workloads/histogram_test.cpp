#include "workloads/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <thread>

#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace workloads {
namespace {

constexpr std::uint64_t longest = (std::uint64_t{1} << 40) - 1;

// On the heap, because a histogram is too large for a stack.
std::unique_ptr<Histogram> make_histogram(const std::vector<std::uint64_t>& values = {}) {
    auto histogram = std::make_unique<Histogram>();
    for (const std::uint64_t value : values) histogram->record(static_cast<std::int64_t>(value));
    return histogram;
}

// Random values from 1 to the longest, with the same number of values in each power of two.
std::vector<std::uint64_t> values_over_the_range(std::size_t count) {
    std::mt19937_64 random{7};
    std::uniform_real_distribution<double> exponent{0, 40};
    std::vector<std::uint64_t> values(count);
    for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(std::exp2(exponent(random)));
    return values;
}

// The highest value of the bucket to which a value belongs.
std::uint64_t highest_with(std::uint64_t value) {
    const auto buckets = make_histogram({value})->buckets();
    EXPECT_EQ(buckets.size(), 1U);
    return buckets.front().highest_ns;
}

TEST(Histogram, IsEmptyAtFirst) {
    const auto histogram = make_histogram();
    EXPECT_EQ(histogram->count(), 0U);
    EXPECT_EQ(histogram->max_ns(), 0U);
    EXPECT_EQ(histogram->quantile_ns(0.5), 0U);
    EXPECT_TRUE(histogram->buckets().empty());
}

TEST(Histogram, IsExactUpTo256) {
    for (std::uint64_t value = 0; value < 256; ++value) EXPECT_EQ(highest_with(value), value);
}

TEST(Histogram, HasAnErrorOfOne128thAtMost) {
    std::vector<std::uint64_t> values = values_over_the_range(500);
    // The edges of every power of two.
    for (int bit = 1; bit <= 40; ++bit) {
        const std::uint64_t power = std::uint64_t{1} << bit;
        values.insert(values.end(), {power - 1, power == longest + 1 ? longest : power, power / 2 + 1});
    }
    for (const std::uint64_t value : values) {
        const std::uint64_t highest = highest_with(value);
        ASSERT_GE(highest, value);
        ASSERT_LE((highest - value) * 128, value) << value;
    }
}

TEST(Histogram, BucketsMeetWithoutGapOrOverlap) {
    for (const std::uint64_t value : values_over_the_range(500)) {
        const std::uint64_t highest = highest_with(value);
        EXPECT_EQ(highest_with(highest), highest);
        if (highest < longest) {
            EXPECT_GT(highest_with(highest + 1), highest);
        }
    }
}

TEST(Histogram, CountsLongerValuesAsTheLongestButKnowsTheMaximum) {
    const std::uint64_t hours = std::uint64_t{1} << 45;
    const auto histogram = make_histogram({longest, hours});
    ASSERT_EQ(histogram->buckets().size(), 1U);
    EXPECT_EQ(histogram->buckets().front().highest_ns, longest);
    EXPECT_EQ(histogram->buckets().front().count, 2U);
    EXPECT_EQ(histogram->max_ns(), hours);
}

TEST(Histogram, CountsNegativeValuesAsZero) {
    const auto histogram = make_histogram();
    histogram->record(-5);
    EXPECT_EQ(histogram->count(), 1U);
    EXPECT_EQ(histogram->max_ns(), 0U);
    EXPECT_EQ(histogram->buckets().front().highest_ns, 0U);
}

TEST(Histogram, MaximumIsExact) {
    const auto histogram = make_histogram({1'000'003, 1'000'001, 5});
    EXPECT_EQ(histogram->max_ns(), 1'000'003U);
    EXPECT_EQ(histogram->quantile_ns(1.0), 1'000'003U);
}

TEST(Histogram, QuantilesAreThoseOfTheSortedValues) {
    std::vector<std::uint64_t> values = values_over_the_range(1000);
    const auto histogram = make_histogram(values);
    std::ranges::sort(values);
    for (std::size_t rank = 1; rank <= values.size(); ++rank) {
        // In the middle between two ranks, so that rounding cannot change the rank.
        const double fraction = (static_cast<double>(rank) - 0.5) / static_cast<double>(values.size());
        const std::uint64_t exact = values[rank - 1];
        EXPECT_EQ(histogram->quantile_ns(fraction), std::min(highest_with(exact), values.back())) << rank;
    }
    EXPECT_EQ(histogram->quantile_ns(0), highest_with(values.front()));
}

TEST(Histogram, QuantilesOfSmallValuesAreExact) {
    std::vector<std::uint64_t> values;
    for (std::uint64_t value = 1; value <= 200; ++value) values.push_back(value);
    const auto histogram = make_histogram(values);
    EXPECT_EQ(histogram->quantile_ns(0.005), 1U);
    EXPECT_EQ(histogram->quantile_ns(0.5), 100U);
    EXPECT_EQ(histogram->quantile_ns(0.99), 198U);
    EXPECT_EQ(histogram->quantile_ns(0.999), 200U);
}

TEST(Histogram, BucketsAscendAndHoldEverything) {
    const auto histogram = make_histogram(values_over_the_range(2000));
    const auto buckets = histogram->buckets();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        if (i > 0) {
            EXPECT_LT(buckets[i - 1].highest_ns, buckets[i].highest_ns);
        }
        EXPECT_GT(buckets[i].count, 0U);
        total += buckets[i].count;
    }
    EXPECT_EQ(total, 2000U);
    EXPECT_EQ(histogram->count(), 2000U);
}

TEST(Histogram, MergesByItsBuckets) {
    const std::vector<std::uint64_t> values = values_over_the_range(1000);
    const auto whole = make_histogram(values);
    const auto merged = make_histogram();
    for (const auto& part : {make_histogram({values.begin(), values.begin() + 300}),
                             make_histogram({values.begin() + 300, values.end()})}) {
        for (const Histogram::Bucket& bucket : part->buckets()) {
            for (std::uint64_t i = 0; i < bucket.count; ++i) {
                merged->record(static_cast<std::int64_t>(bucket.highest_ns));
            }
        }
    }
    ASSERT_EQ(merged->buckets().size(), whole->buckets().size());
    for (std::size_t i = 0; i < whole->buckets().size(); ++i) {
        EXPECT_EQ(merged->buckets()[i].highest_ns, whole->buckets()[i].highest_ns);
        EXPECT_EQ(merged->buckets()[i].count, whole->buckets()[i].count);
    }
    EXPECT_EQ(merged->quantile_ns(0.5), whole->quantile_ns(0.5));
}

TEST(Histogram, ClearEmptiesIt) {
    const auto histogram = make_histogram({1, 1000, longest});
    histogram->clear();
    EXPECT_EQ(histogram->count(), 0U);
    EXPECT_EQ(histogram->max_ns(), 0U);
    EXPECT_TRUE(histogram->buckets().empty());
}

TEST(Histogram, IsUsedByProcessesAndThreadsAtOnce) {
    const sys::Shared<Histogram> histogram;
    constexpr int each = 5000;
    const auto record = [&](std::int64_t first) {
        for (std::int64_t i = 0; i < each; ++i) histogram->record(first + i);
    };
    auto child = sys::ChildProcess::fork([&] { record(each); });
    {
        const std::jthread other{[&] { record(2 * each); }};
        record(0);
    }
    ASSERT_EQ(child.wait(), 0);
    EXPECT_EQ(histogram->count(), 3U * each);
    EXPECT_EQ(histogram->max_ns(), 3U * each - 1);
}

}  // namespace
}  // namespace workloads
