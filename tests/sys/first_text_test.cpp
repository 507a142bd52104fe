#include "sys/first_text.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

TEST(FirstText, IsKept) {
    const Shared<FirstText> text;
    EXPECT_FALSE(text->is_there());
    EXPECT_EQ(text->read(), "");
    EXPECT_EQ(ChildProcess::fork([&] { text->write("first"); }).wait(), 0);
    text->write("second");
    EXPECT_TRUE(text->is_there());
    EXPECT_EQ(text->read(), "first");
}

TEST(FirstText, IsThatOfTheNextWriterIfTheFirstWasKilled) {
    const Shared<FirstText> text;
    // Whoever reads from there dies.
    const std::size_t bytes = 4096;
    void* const forbidden = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(forbidden, MAP_FAILED);
    EXPECT_NE(ChildProcess::fork([&] { text->write({static_cast<const char*>(forbidden), bytes}); }).wait(), 0);
    EXPECT_FALSE(text->is_there());
    text->write("second");
    EXPECT_EQ(text->read(), "second");
    text->write("third");
    EXPECT_EQ(text->read(), "second");
    ::munmap(forbidden, bytes);
}

TEST(FirstText, IsCut) {
    FirstText text;
    text.write(std::string(1000, 'x'));
    EXPECT_EQ(text.read(), std::string(251, 'x'));
}

}  // namespace
}  // namespace sys
