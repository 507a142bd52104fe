#include "bench/suite/record.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bench/suite/sample_entry.h"
#include "cpus.h"
#include "small_suite.h"

namespace bench {
namespace {

using nlohmann::json;

class RecordTest : public testing::Test {
protected:
    // An entry of group 0 (primes, three cases and no control). Its slices take `wall_ns`; 0: it was skipped.
    [[nodiscard]] json line(std::size_t index, int round, int block, std::int64_t wall_ns) const {
        const PlannedCase& planned = plan_.groups[0].cases[index];
        json entry = unfinished_entry(planned, cpu_plan(), {}, "no time");
        const bool further = index == 0 && block > 0;
        put_in_position(entry, planned, {plan_.groups[0].name, round, 3, block, further, 0});
        entry["concur"]["outcome"] = wall_ns > 0 ? "ok" : "skipped";
        if (wall_ns > 0) {
            entry["concur"]["slices"] = {
                {"start_ns", {1, 2}}, {"wall_ns", {wall_ns, wall_ns}}, {"cpu_ns", {1, 1}}, {"units", {1, 1}}};
        }
        return {{"entry", entry}};
    }

    Plan plan_ = make_plan(test::small_suite(), {}, 3);
    Record record_{plan_};
};

TEST_F(RecordTest, KnowsWhatWasTaken) {
    record_.take(line(0, 1, 0, 100));
    EXPECT_TRUE(record_.is_taken({0, 0}, 1));
    EXPECT_FALSE(record_.is_taken({0, 0}, 0));
    EXPECT_FALSE(record_.is_taken({0, 1}, 1));
    EXPECT_FALSE(record_.has_failed({0, 0}));
    EXPECT_EQ(record_.next_block(0, 1), 1);
    EXPECT_EQ(record_.next_block(0, 0), 0);
}

TEST_F(RecordTest, ComparesACaseWithTheBaselineOfItsBlock) {
    for (int round = 0; round < 3; ++round) {
        record_.take(line(0, round, 0, 100));
        record_.take(line(1, round, 0, 200));
        record_.take(line(0, round, 1, 1000));
        record_.take(line(2, round, 1, 1500));
    }
    const std::vector<Width> widths = record_.widths();
    ASSERT_EQ(widths.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        ASSERT_EQ(widths[i].values.size(), 3U);
        EXPECT_EQ(widths[i].key, (CaseKey{0, i + 1}));
        for (const double value : widths[i].values) EXPECT_NEAR(value, std::log(i == 0 ? 2.0 : 1.5), 1e-9);
    }
}

TEST_F(RecordTest, TheNextCaseIsTheBaselineIfTheBaselineFailed) {
    EXPECT_EQ(record_.baseline(0), 0U);
    record_.take(line(0, 0, 0, 0));
    EXPECT_TRUE(record_.has_failed({0, 0}));
    EXPECT_EQ(record_.baseline(0), 1U);
}

TEST_F(RecordTest, AddsUpTheTime) {
    record_.take(Record::took_line(0, 0, 5.0));
    record_.take(Record::took_line(0, 1, 2.0));
    record_.take(Record::took_line(0, 1, 1.0));
    record_.take(Record::took_line(1, 1, 1.0));
    EXPECT_EQ(record_.seconds(), 9.0);
    EXPECT_EQ(record_.seconds_of_set(0), 3.0) << "the latest set, which may have several blocks";
}

TEST_F(RecordTest, HoldsSlicesAndAllotment) {
    record_.take(Record::slicing_line("a/b", {.amount = 7, .slices = 3, .length = std::chrono::milliseconds{400}}));
    ASSERT_TRUE(record_.slicings().contains("a/b"));
    EXPECT_EQ(record_.slicings()["a/b"].amount, 7U);
    EXPECT_EQ(record_.slicings()["a/b"].slices, 3);
    EXPECT_TRUE(record_.slicings()["a/b"].is_slow());
    const std::map<CaseKey, std::size_t> sets{{{0, 2}, 4}, {{2, 0}, 1}};
    record_.take(record_.allotment_line(sets));
    EXPECT_EQ(record_.allotted(), sets);
}

TEST_F(RecordTest, ALineOfAnotherPlanIsAnError) {
    json foreign = line(0, 0, 0, 100);
    foreign["entry"]["run_name"] = "echo/epoll/manual_time";
    EXPECT_THROW(record_.take(foreign), std::exception);
    foreign = line(0, 0, 0, 100);
    foreign["entry"]["concur"]["group"] = "nothing";
    EXPECT_THROW(record_.take(foreign), std::exception);
}

}  // namespace
}  // namespace bench
