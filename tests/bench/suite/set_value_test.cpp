#include "bench/suite/set_value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace bench {
namespace {

using nlohmann::json;

json entry(const std::vector<double>& start, const std::vector<double>& wall, const std::vector<double>& cpu,
           double peer_share = 0.1) {
    const std::vector<double> units(start.size(), 10);
    return {{"concur",
             {{"slices", {{"start_ns", start}, {"wall_ns", wall}, {"cpu_ns", cpu}, {"units", units}}},
              {"evidence", {{"peer_cpu_share", peer_share}}}}}};
}

double wall(const json& ours, const json& baseline) { return set_value(ours, baseline)->wall; }

TEST(SetValue, ASliceIsComparedWithTheBaselineAtItsTime) {
    // The machine becomes twice as slow from the first slice of the baseline to its last; the model is 1.5 times as
    // slow.
    const json baseline = entry({0, 100}, {1000, 2000}, {1, 1});
    const json model = entry({50}, {1500 * std::sqrt(2.0)}, {1});
    EXPECT_NEAR(wall(model, baseline), std::log(1.5), 1e-9);
}

TEST(SetValue, IsTheMedianOverSlices) {
    const json baseline = entry({0}, {1000}, {1});
    EXPECT_NEAR(wall(entry({1, 2, 3}, {1000, 9000, 2000}, {1, 1, 1}), baseline), std::log(2.0), 1e-9);
    EXPECT_NEAR(wall(entry({1, 2}, {1000, 4000}, {1, 1}), baseline), std::log(2.0), 1e-9);
}

TEST(SetValue, BeyondTheBaselinesSlicesTheNearestIsTaken) {
    const json baseline = entry({100, 200}, {1000, 3000}, {1, 1});
    EXPECT_NEAR(wall(entry({0}, {1000}, {1}), baseline), 0.0, 1e-9);
    EXPECT_NEAR(wall(entry({900}, {3000}, {1}), baseline), 0.0, 1e-9);
}

TEST(SetValue, HasCpuTimesToo) {
    const json baseline = entry({0}, {1000}, {500});
    const SetValue value = *set_value(entry({1}, {1000}, {1000}, 0.95), baseline);
    EXPECT_NEAR(value.wall, 0.0, 1e-9);
    EXPECT_NEAR(value.cpu, std::log(2.0), 1e-9);
    EXPECT_EQ(value.peer_share, 0.95);
}

TEST(SetValue, CpuTimesAreComparedIfThePeerWasMostlyAtItsLimit) {
    using Values = std::vector<double>;
    EXPECT_EQ(compared_by(std::vector<SetValue>{{1, 2, 0.95}, {3, 4, 0.93}, {5, 6, 0.1}}), (Values{2, 4, 6}));
    EXPECT_EQ(compared_by(std::vector<SetValue>{{1, 2, 0.95}, {3, 4, 0.85}, {5, 6, 0.1}}), (Values{1, 3, 5}));
    EXPECT_TRUE(compared_by({}).empty());
}

TEST(SetValue, WholeSamplesHaveNone) {
    const json baseline = entry({0}, {1000}, {500});
    json whole = baseline;
    whole["concur"]["slices"] = nullptr;
    EXPECT_FALSE(set_value(whole, baseline));
    EXPECT_FALSE(set_value(baseline, whole));
}

}  // namespace
}  // namespace bench
