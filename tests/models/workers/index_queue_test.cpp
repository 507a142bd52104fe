#include "models/workers/index_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

TEST(IndexQueue, GivesTheIndicesInTheirOrderAndThenTheEnd) {
    IndexQueue queue{3, 1};
    for (int run = 0; run < 2; ++run) {
        queue.clear();
        for (const std::size_t index : {7U, 5U, 6U}) queue.put(index);
        queue.close();
        EXPECT_EQ(queue.take(), 7U);
        EXPECT_EQ(queue.take(), 5U);
        EXPECT_EQ(queue.take(), 6U);
        EXPECT_EQ(queue.take(), std::nullopt);
    }
}

TEST(IndexQueue, TellsEveryTakerTheEndEvenWithoutAnIndex) {
    IndexQueue queue{0, 3};
    queue.clear();
    queue.close();
    for (int taker = 0; taker < 3; ++taker) EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(IndexQueue, GivesEachIndexToOneOfSeveralProcesses) {
    constexpr std::size_t count = 5'000;
    constexpr std::size_t takers = 3;
    IndexQueue queue{count, takers};
    const sys::SharedArray<std::atomic<int>> taken{count};
    queue.clear();
    std::vector<sys::ChildProcess> children;
    for (std::size_t taker = 0; taker < takers; ++taker) {
        children.push_back(sys::ChildProcess::fork([&] {
            while (const auto index = queue.take()) taken[*index].fetch_add(1);
        }));
    }
    for (std::size_t index = 0; index < count; ++index) queue.put(index);
    queue.close();
    for (sys::ChildProcess& child : children) EXPECT_EQ(child.wait(), 0);
    for (std::size_t index = 0; index < count; ++index) EXPECT_EQ(taken[index].load(), 1) << index;
}

}  // namespace
}  // namespace models
