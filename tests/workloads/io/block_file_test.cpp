#include "workloads/io/block_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <system_error>
#include <vector>

#include "environment.h"
#include "sys/memory_file.h"

namespace workloads {
namespace {

std::vector<std::uint64_t> block_of(const BlockFile& file, std::size_t block, std::uint64_t version) {
    std::vector<std::uint64_t> words(file.block_words());
    file.make_block(block, version, words);
    return words;
}
void write(const BlockFile& file, std::uint64_t offset, std::span<const std::uint64_t> words) {
    ASSERT_EQ(::pwrite(file.descriptor(), words.data(), words.size_bytes(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(words.size_bytes()));
}

TEST(BlockFile, HasBlocksOfWhichNoneIsLikeAnother) {
    const BlockFile file{5, 1024};
    EXPECT_EQ(file.blocks(), 5U);
    EXPECT_EQ(file.block_bytes(), 1024U);
    EXPECT_EQ(file.block_words(), 128U);
    EXPECT_EQ(file.offset(3), 3072U);
    std::vector<std::uint64_t> words;
    std::vector<std::uint64_t> sums;
    for (std::uint64_t version = 0; version < 3; ++version) {
        for (std::size_t block = 0; block < 5; ++block) {
            const auto made = block_of(file, block, version);
            EXPECT_EQ(BlockFile::sum(made), std::accumulate(made.begin(), made.end(), std::uint64_t{0}));
            EXPECT_EQ(BlockFile::sum(made), file.right_sum(block, version)) << block << " in " << version;
            words.insert(words.end(), made.begin(), made.end());
            sums.push_back(BlockFile::sum(made));
        }
    }
    for (auto* const all : {&words, &sums}) {
        std::ranges::sort(*all);
        EXPECT_EQ(std::ranges::adjacent_find(*all), all->end());
    }
}

TEST(BlockFile, HoldsWhatItWasFilledWith) {
    const BlockFile file{5, 1024};
    EXPECT_FALSE(file.holds(2, 0)) << "nothing is written yet";
    file.fill();
    file.make_warm();
    EXPECT_EQ(sys::read_whole(file.descriptor()).size(), 5U * 1024);
    for (std::size_t block = 0; block < 5; ++block) EXPECT_TRUE(file.holds(block, 0)) << block;
    write(file, file.offset(2), block_of(file, 2, 7));
    EXPECT_TRUE(file.holds(2, 7));
    EXPECT_FALSE(file.holds(2, 0));
    EXPECT_TRUE(file.holds(1, 0) && file.holds(3, 0)) << "its neighbours";
    const std::uint64_t wrong = 0;
    write(file, file.offset(4) + 8, {&wrong, 1});
    EXPECT_FALSE(file.holds(4, 0)) << "one word is wrong";
}

TEST(BlockFile, IsColdIfItLiesOnADisk) {
    const BlockFile file{32, 65'536};
    file.fill();
    const std::string reason = file.make_cold();
    if (!reason.empty()) GTEST_SKIP() << reason;
    EXPECT_FALSE(sys::is_in_cache(file.descriptor(), file.offset(9)));
    file.make_warm();
    for (std::size_t block = 0; block < 32; ++block) {
        EXPECT_TRUE(sys::is_in_cache(file.descriptor(), file.offset(block))) << block;
    }
}

TEST(BlockFile, SaysWhyItIsNeverCold) {
    const Variable in_memory{"TMPDIR", "/dev/shm"};
    try {
        const BlockFile file{3, 4096};
        file.fill();
        const std::string reason = file.make_cold();
        EXPECT_TRUE(reason.starts_with("cold files: the file system of /dev/shm ")) << reason;
    } catch (const std::system_error& no_room) {
        GTEST_SKIP() << no_room.what();
    }
}

TEST(BlockFile, SaysThatItsFolderIsMissing) {
    const Variable missing{"TMPDIR", "/no/such/folder"};
    EXPECT_THROW((BlockFile{3, 4096}), std::system_error);
}

}  // namespace
}  // namespace workloads
