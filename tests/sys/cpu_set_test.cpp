#include "sys/cpu_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <system_error>

#include "sys/child_process.h"

namespace sys {
namespace {

class Affinity : public testing::Test {
protected:
    ~Affinity() override { set_affinity(available_); }
    const CpuSet& available() const { return available_; }

private:
    CpuSet available_ = current_affinity();
};

TEST_F(Affinity, IsAscendingAndNotEmpty) {
    ASSERT_FALSE(available().empty());
    EXPECT_TRUE(std::ranges::is_sorted(available()));
}

TEST_F(Affinity, ComesBackAsItWasSet) {
    for (const int cpu : available()) {
        set_affinity({cpu});
        EXPECT_EQ(current_affinity(), CpuSet{cpu});
    }
    set_affinity(available());
    EXPECT_EQ(current_affinity(), available());
}

TEST_F(Affinity, HoldsForChildren) {
    const CpuSet last{available().back()};
    set_affinity(last);
    auto child = ChildProcess::fork([&] {
        if (current_affinity() != last) throw std::runtime_error{"the child has other CPUs"};
    });
    EXPECT_EQ(child.wait(), 0);
}

TEST_F(Affinity, ThrowsForASetThatCannotBe) {
    EXPECT_THROW(set_affinity({}), std::system_error);
    EXPECT_THROW(set_affinity({8191}), std::system_error);
    EXPECT_EQ(current_affinity(), available());
}

}  // namespace
}  // namespace sys
