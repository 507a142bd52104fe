#include "sys/orphans.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "pipe.h"
#include "sys/child_process.h"

namespace sys {
namespace {

TEST(Orphans, AreAdoptedAndEnded) {
    Pipe pipe;
    // In a process of its own, so that no child of another test is ended.
    ChildProcess process = ChildProcess::fork([&] {
        adopt_orphans();
        ChildProcess child = ChildProcess::fork([&] {
            // Unlike ours, its child does not end with it.
            if (::fork() == 0) {
                // If the tested code fails, it does not stay for ever.
                ::alarm(30);
                pipe.write('x');
                for (;;) ::pause();
            }
            EXPECT_EQ(pipe.read(), "x");
        });
        child.wait();
        end_orphans();
        if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) ::_exit(3);
    });
    EXPECT_EQ(describe_exit(process.wait()), "");
    pipe.close_in();
    EXPECT_EQ(pipe.read(), "") << "nobody has the other end open";
}

}  // namespace
}  // namespace sys
