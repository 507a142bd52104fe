#include "sys/child_process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "pipe.h"

namespace sys {
namespace {

[[noreturn]] void wait_for_ever() {
    for (;;) ::pause();
}

// Returns when the child runs. The end of the pipe shows that the child and all its descendants have ended.
ChildProcess fork_sleeper(Pipe& alive) {
    auto child = ChildProcess::fork([&] {
        alive.write('r');
        wait_for_ever();
    });
    alive.close_in();
    EXPECT_EQ(alive.read(), "r");
    return child;
}

bool is_reaped(pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(ChildProcess, LeavesWithZero) {
    auto child = ChildProcess::fork([] {});
    const pid_t pid = child.pid();
    EXPECT_GT(pid, 0);
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(child.pid(), -1);
    EXPECT_TRUE(is_reaped(pid));
}

// waitpid(-1) would reap the other child.
TEST(ChildProcess, SaysTheSameAgainAfterItWasReaped) {
    auto child = ChildProcess::fork([] { ::_exit(3); });
    auto other = ChildProcess::fork([] { ::_exit(4); });
    const int status = child.wait();
    EXPECT_EQ(child.wait(), status);
    EXPECT_EQ(child.try_wait(), status);
    EXPECT_EQ(describe_exit(other.wait()), "exit code 4");
    EXPECT_EQ(describe_exit(child.wait()), "exit code 3");
}

TEST(ChildProcess, WaitsForAnyOfThem) {
    Pipe alive;
    const ChildProcess sleeper = fork_sleeper(alive);
    auto ended = ChildProcess::fork([] {});
    EXPECT_EQ(ChildProcess::wait_for_any(), ended.pid());
    EXPECT_EQ(ended.wait(), 0) << "it was not reaped";
}

TEST(ChildProcess, LeavesWithItsOwnCode) {
    EXPECT_EQ(describe_exit(ChildProcess::fork([] { ::_exit(3); }).wait()), "exit code 3");
}

TEST(ChildProcess, WritesAnExceptionToStandardErrorAndLeavesWithOne) {
    Pipe errors;
    auto child = ChildProcess::fork([&] {
        check(::dup2(errors.in(), STDERR_FILENO), "dup2");
        throw std::runtime_error{"no more memory"};
    });
    errors.close_in();
    const std::string text = errors.read_to_end();
    EXPECT_NE(text.find("child process " + std::to_string(child.pid()) + ": no more memory\n"), std::string::npos)
        << text;
    EXPECT_EQ(describe_exit(child.wait()), "exit code 1");
}

TEST(ChildProcess, DoesNotWriteTwiceWhatStdioHolds) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file{std::tmpfile(), &std::fclose};
    ASSERT_TRUE(file);
    std::fputs("once", file.get());
    auto child = ChildProcess::fork([&] { std::fflush(file.get()); });
    ASSERT_EQ(child.wait(), 0);
    std::fflush(file.get());
    std::fseek(file.get(), 0, SEEK_END);
    EXPECT_EQ(std::ftell(file.get()), 4);
}

TEST(ChildProcess, TryWaitDoesNotWait) {
    Pipe alive;
    ChildProcess child = fork_sleeper(alive);
    const pid_t pid = child.pid();
    EXPECT_EQ(child.try_wait(), std::nullopt);
    EXPECT_EQ(child.pid(), pid);
    child.kill();
    siginfo_t info{};
    check(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), "waitid");
    const std::optional<int> status = child.try_wait();
    ASSERT_TRUE(status);
    EXPECT_EQ(describe_exit(*status), "signal 9 (Killed)");
    EXPECT_TRUE(is_reaped(pid));
}

TEST(ChildProcess, IsKilledAndReapedByItsOwner) {
    Pipe alive;
    pid_t pid = -1;
    {
        const ChildProcess child = fork_sleeper(alive);
        pid = child.pid();
    }
    EXPECT_TRUE(is_reaped(pid));
    EXPECT_EQ(alive.read(), "");
}

TEST(ChildProcess, Moves) {
    Pipe alive;
    ChildProcess from = fork_sleeper(alive);
    const pid_t pid = from.pid();
    const ChildProcess to{std::move(from)};
    EXPECT_EQ(to.pid(), pid);
    EXPECT_EQ(from.pid(), -1);  // NOLINT(bugprone-use-after-move): that is tested
}

TEST(ChildProcess, AssignmentEndsTheOneBefore) {
    Pipe first_alive;
    ChildProcess child = fork_sleeper(first_alive);
    const pid_t first = child.pid();
    Pipe second_alive;
    child = fork_sleeper(second_alive);
    EXPECT_EQ(first_alive.read(), "");
    EXPECT_TRUE(is_reaped(first));
    EXPECT_EQ(child.try_wait(), std::nullopt);
}

TEST(ChildProcess, DiesWithItsParentEvenWhenThatIsKilled) {
    Pipe alive;
    auto parent = ChildProcess::fork([&] {
        const auto grandchild = ChildProcess::fork([&] {
            alive.write('r');
            wait_for_ever();
        });
        wait_for_ever();
    });
    alive.close_in();
    ASSERT_EQ(alive.read(), "r");
    parent.kill();
    EXPECT_EQ(describe_exit(parent.wait()), "signal 9 (Killed)");
    // The end of the pipe: the grandchild, which had the other end open too, has ended.
    EXPECT_EQ(alive.read(), "");
}

TEST(DieWithParent, EndsAChildWhoseParentHasEndedAlready) {
    const pid_t nobody = ::getpid() + 1;
    auto child = ChildProcess::fork([&] {
        die_with_parent(nobody);
        ::_exit(0);
    });
    EXPECT_EQ(describe_exit(child.wait()), "exit code 1");
}

TEST(DescribeExit, SaysHowItEnded) {
    const auto ending = [](const std::function<void()>& body) {
        return describe_exit(ChildProcess::fork(body).wait());
    };
    EXPECT_EQ(ending([] {}), "");
    EXPECT_EQ(ending([] { ::_exit(255); }), "exit code 255");
    EXPECT_EQ(ending([] { ::raise(SIGKILL); }), "signal 9 (Killed)");
    EXPECT_EQ(ending([] {
                  // Sanitizers handle some signals themselves.
                  ::signal(SIGTERM, SIG_DFL);
                  ::raise(SIGTERM);
              }),
              "signal 15 (Terminated)");
}

TEST(ChildProcess, AnyHasEndedTellsOfOneThatNobodyHasWaitedFor) {
    EXPECT_FALSE(ChildProcess::any_has_ended()) << "there is no child";
    ChildProcess child = ChildProcess::fork([] {});
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT);
    EXPECT_TRUE(ChildProcess::any_has_ended());
    child.wait();
    EXPECT_FALSE(ChildProcess::any_has_ended());
}

}  // namespace
}  // namespace sys
