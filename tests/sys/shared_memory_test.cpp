#include "sys/shared_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "sys/child_process.h"

namespace sys {
namespace {

struct Pair {
    int first = 3;
    int second = 4;
};

TEST(SharedArray, IsZeroedAndHasItsSize) {
    const SharedArray<std::uint64_t> numbers{1000};
    EXPECT_EQ(numbers.size(), 1000U);
    EXPECT_EQ(numbers.span().size(), 1000U);
    EXPECT_EQ(std::ranges::count(numbers, 0U), 1000);
}

TEST(SharedArray, ConstructsItsObjects) {
    const SharedArray<Pair> pairs{3};
    for (const Pair& pair : pairs) EXPECT_EQ(pair.first * 10 + pair.second, 34);
}

TEST(SharedArray, MayBeEmpty) {
    const SharedArray<Pair> none{0};
    EXPECT_EQ(none.size(), 0U);
    EXPECT_EQ(none.begin(), none.end());
}

TEST(SharedArray, ShowsTheWritesOfAChild) {
    const SharedArray<int> numbers{100'000};
    const Shared<Pair> pair;
    numbers[1] = 11;
    auto child = ChildProcess::fork([&] {
        // The child also sees what the parent wrote before the fork.
        numbers.span().back() = numbers[1] + 1;
        pair->second = 44;
        (*pair).first = 33;
    });
    ASSERT_EQ(child.wait(), 0);
    EXPECT_EQ(numbers.span().back(), 12);
    EXPECT_EQ(pair->first, 33);
    EXPECT_EQ(pair->second, 44);
}

TEST(SharedArray, IsWrittenByBothSidesAtOnce) {
    const Shared<std::atomic<int>> counter;
    constexpr int times = 10'000;
    auto child = ChildProcess::fork([&] {
        for (int i = 0; i < times; ++i) counter->fetch_add(1);
    });
    for (int i = 0; i < times; ++i) counter->fetch_add(1);
    ASSERT_EQ(child.wait(), 0);
    EXPECT_EQ(counter->load(), 2 * times);
}

TEST(SharedMapping, Moves) {
    SharedMapping from{100};
    void* const data = from.data();
    ASSERT_NE(data, nullptr);
    SharedMapping to{200};
    to = std::move(from);
    EXPECT_EQ(to.data(), data);
    EXPECT_EQ(from.data(), nullptr);  // NOLINT(bugprone-use-after-move): that is tested
    *static_cast<char*>(data) = 'x';  // still mapped
    const SharedMapping last{std::move(to)};
    EXPECT_EQ(*static_cast<char*>(last.data()), 'x');
}

TEST(SharedMapping, ThrowsIfThereIsNotEnoughMemory) {
    EXPECT_THROW(SharedMapping{std::size_t{1} << 62}, std::system_error);
}

}  // namespace
}  // namespace sys
