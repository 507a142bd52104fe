#include "tasks/operation.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <limits>

#include "tasks/task.h"

namespace tasks {
namespace {

TEST(Outcome, IsZeroByDefault) {
    constexpr Outcome outcome{};
    EXPECT_EQ(outcome.value, 0);
    EXPECT_FALSE(outcome.failed());
    EXPECT_EQ(outcome.error(), 0);
    EXPECT_EQ(outcome.bytes(), 0U);
}

TEST(Outcome, IsACountOrADescriptor) {
    constexpr Outcome outcome{5};
    EXPECT_FALSE(outcome.failed());
    EXPECT_EQ(outcome.error(), 0);
    EXPECT_EQ(outcome.descriptor(), 5);
    EXPECT_EQ(outcome.bytes(), 5U);
    // More bytes than an int can say.
    constexpr std::int64_t many = std::int64_t{std::numeric_limits<int>::max()} + 1;
    EXPECT_EQ(Outcome{many}.bytes(), static_cast<std::size_t>(many));
}

TEST(Outcome, IsANegativeErrnoWhereItFailed) {
    constexpr Outcome outcome{-ECONNREFUSED};
    EXPECT_TRUE(outcome.failed());
    EXPECT_EQ(outcome.error(), -ECONNREFUSED);
    EXPECT_EQ(outcome, Outcome{-ECONNREFUSED});
    EXPECT_NE(outcome, Outcome{});
}

TEST(Overloaded, CallsTheOneThatFits) {
    const Overloaded which{[](const Accept&) { return 'a'; }, [](Yield) { return 'y'; },
                           [](const auto&) { return '?'; }};
    EXPECT_EQ(std::visit(which, Operation{Accept{1}}), 'a');
    EXPECT_EQ(std::visit(which, Operation{Yield{}}), 'y');
    EXPECT_EQ(std::visit(which, Operation{Finish{}}), '?');
}

}  // namespace
}  // namespace tasks
