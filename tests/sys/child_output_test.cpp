#include "sys/child_output.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/limits.h"

namespace sys {
namespace {

void write_all(int output, const std::string& text) {
    for (std::size_t written = 0; written < text.size();) {
        written +=
            static_cast<std::size_t>(check(::write(output, text.data() + written, text.size() - written), "write"));
    }
}

TEST(RunChild, ReturnsAllThatTheChildWrote) {
    // More than a pipe holds.
    const std::string long_text(1'000'000, 'x');
    const ChildOutput output = run_child([&](int descriptor) { write_all(descriptor, long_text); });
    EXPECT_EQ(output.text, long_text);
    EXPECT_EQ(describe_exit(output.status), "");
}

TEST(RunChild, TellsHowTheChildEnded) {
    const ChildOutput killed = run_child([](int descriptor) {
        write_all(descriptor, "part");
        ::raise(SIGKILL);
    });
    EXPECT_EQ(killed.text, "part");
    EXPECT_EQ(describe_exit(killed.status), "signal 9 (Killed)");
    EXPECT_EQ(run_child([](int) {}).text, "");
}

TEST(RunChild, LeavesNoDescriptorOpen) {
    const std::size_t before = open_descriptors();
    (void)run_child([](int) {});
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace sys
