#include "tasks/operation.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <limits>

#include "tasks/task.h"

namespace tasks {
namespace {

TEST(Result, IsZeroByDefault) {
    constexpr Result result{};
    EXPECT_EQ(result.value, 0);
    EXPECT_FALSE(result.failed());
    EXPECT_EQ(result.error(), 0);
    EXPECT_EQ(result.bytes(), 0U);
}

TEST(Result, IsACountOrADescriptor) {
    constexpr Result result{5};
    EXPECT_FALSE(result.failed());
    EXPECT_EQ(result.error(), 0);
    EXPECT_EQ(result.descriptor(), 5);
    EXPECT_EQ(result.bytes(), 5U);
    // More bytes than an int can hold.
    constexpr std::int64_t many = std::int64_t{std::numeric_limits<int>::max()} + 1;
    EXPECT_EQ(Result{many}.bytes(), static_cast<std::size_t>(many));
}

TEST(Result, IsANegativeErrnoIfItFailed) {
    constexpr Result result{-ECONNREFUSED};
    EXPECT_TRUE(result.failed());
    EXPECT_EQ(result.error(), -ECONNREFUSED);
    EXPECT_EQ(result, Result{-ECONNREFUSED});
    EXPECT_NE(result, Result{});
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
