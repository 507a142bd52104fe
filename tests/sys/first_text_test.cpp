#include "sys/first_text.h"

#include <gtest/gtest.h>

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

TEST(FirstText, IsCut) {
    FirstText text;
    text.write(std::string(1000, 'x'));
    EXPECT_EQ(text.read(), std::string(251, 'x'));
}

}  // namespace
}  // namespace sys
