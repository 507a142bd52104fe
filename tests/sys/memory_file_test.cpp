#include "sys/memory_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "sys/child_process.h"

namespace sys {
namespace {

TEST(MemoryFile, HoldsWhatChildrenHaveWritten) {
    const MemoryFile file{"test"};
    EXPECT_EQ(file.read(), "");
    file.append("ours ");
    ChildProcess child = ChildProcess::fork([&] { file.append("theirs "); });
    EXPECT_EQ(child.wait(), 0);
    file.append(std::string(200'000, 'x'));
    EXPECT_EQ(file.read(), "ours theirs " + std::string(200'000, 'x'));
    file.clear();
    EXPECT_EQ(file.read(), "");
}

TEST(MemoryFile, IsWrittenByItsPathToo) {
    const MemoryFile file{"test"};
    file.append("a longer text");
    std::ofstream{file.path()} << "short";
    EXPECT_EQ(file.read(), "short");
}

}  // namespace
}  // namespace sys
