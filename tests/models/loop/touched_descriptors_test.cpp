#include "models/loop/touched_descriptors.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace models {
namespace {

std::vector<int> all_of(const TouchedDescriptors& used) {
    std::vector<int> found;
    used.for_each([&](int descriptor) { found.push_back(descriptor); });
    return found;
}

TEST(TouchedDescriptors, HasNoneAtFirstAndThenTheOne) {
    TouchedDescriptors used;
    EXPECT_EQ(all_of(used), std::vector<int>{});
    for (int i = 0; i < 5; ++i) used.note(7);
    EXPECT_EQ(all_of(used), std::vector<int>{7});
}

TEST(TouchedDescriptors, ForgetsNoneOfMany) {
    TouchedDescriptors used;
    std::set<int> expected;
    for (int descriptor = 0; descriptor < 1000; ++descriptor) {
        used.note(descriptor);
        expected.insert(descriptor);
    }
    const std::vector<int> found = all_of(used);
    EXPECT_EQ((std::set<int>{found.begin(), found.end()}), expected);
}

TEST(TouchedDescriptors, StaysSmallIfATaskAlternatesBetweenTwo) {
    TouchedDescriptors used;
    for (int i = 0; i < 10'000; ++i) used.note(i % 2);
    const std::vector<int> found = all_of(used);
    EXPECT_EQ((std::set<int>{found.begin(), found.end()}), (std::set<int>{0, 1}));
    EXPECT_LT(found.size(), 20U);
}

}  // namespace
}  // namespace models
