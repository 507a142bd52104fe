#include "tasks/block.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace tasks {
namespace {

// The loop that runs each root task.
std::vector<std::size_t> in_blocks(std::size_t size, std::size_t loops) {
    std::vector<std::size_t> loop_of;
    for (std::size_t loop = 0; loop < loops; ++loop) {
        const Block block = block_of(size, loop, loops);
        // In ascending order, without a gap.
        EXPECT_EQ(block.first, loop_of.size());
        loop_of.resize(block.end, loop);
    }
    EXPECT_EQ(loop_of.size(), size);
    return loop_of;
}

TEST(BlockOf, DealsEachTaskOnceInBlocksOfNearlyEqualSize) {
    for (const std::size_t size : {0U, 1U, 2U, 15U, 16U, 17U, 1'000U}) {
        for (const std::size_t loops : {1U, 2U, 3U, 16U, 64U}) {
            std::vector<std::size_t> tasks_of(loops, 0);
            for (const std::size_t loop : in_blocks(size, loops)) ++tasks_of[loop];
            for (const std::size_t tasks : tasks_of) {
                EXPECT_GE(tasks, size / loops) << size << " tasks, " << loops << " loops";
                EXPECT_LE(tasks, size / loops + 1) << size << " tasks, " << loops << " loops";
            }
        }
    }
}

TEST(BlockOf, GivesEachLoopOneOfAsManyAcceptors) {
    for (std::size_t loop = 0; loop < 7; ++loop) {
        EXPECT_EQ(block_of(7, loop, 7).first, loop);
        EXPECT_EQ(block_of(7, loop, 7).end, loop + 1);
    }
}

// The cache lines of the ledger that more than one loop writes.
std::size_t shared_lines(const std::vector<std::size_t>& loop_of) {
    constexpr std::size_t roots_in_a_line = 4;
    std::map<std::size_t, std::set<std::size_t>> writers;
    for (std::size_t index = 0; index < loop_of.size(); ++index)
        writers[index / roots_in_a_line].insert(loop_of[index]);
    std::size_t shared = 0;
    for (const auto& [line, loops] : writers) shared += loops.size() > 1 ? 1 : 0;
    return shared;
}

TEST(BlockOf, LetsFewLoopsWriteToTheSameCacheLine) {
    constexpr std::size_t size = 1'000;
    constexpr std::size_t loops = 16;
    std::vector<std::size_t> one_by_one;
    for (std::size_t index = 0; index < size; ++index) one_by_one.push_back(index % loops);
    EXPECT_EQ(shared_lines(one_by_one), 250U) << "all lines";
    EXPECT_LE(shared_lines(in_blocks(size, loops)), loops - 1);
    EXPECT_EQ(shared_lines(in_blocks(1'024, loops)), 0U);
}

}  // namespace
}  // namespace tasks
