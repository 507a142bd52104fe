#include "bench/suite/supervise.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

namespace bench {
namespace {

using namespace std::chrono_literals;

class Supervise : public testing::Test {
protected:
    Ended shell(const std::string& script, sys::Nanoseconds limit = 1min) {
        return supervise({"/bin/sh", "-c", script}, limit, signals_);
    }

    sys::SignalWatch signals_;
};

bool group_is_gone(const std::string& number) {
    return ::kill(-static_cast<pid_t>(std::stol(number)), 0) == -1 && errno == ESRCH;
}

TEST_F(Supervise, TellsTheExitCodeAndTheLastWords) {
    const Ended ended = shell("echo first >&2; echo 'the last words' >&2; echo >&2; exit 3");
    EXPECT_EQ(ended.how, Ended::How::by_itself);
    EXPECT_EQ(WEXITSTATUS(ended.status), 3);
    EXPECT_EQ(ended.line, "the last words");
}

TEST_F(Supervise, TellsTheSignal) {
    const Ended ended = shell("kill -SEGV $$");
    EXPECT_EQ(ended.how, Ended::How::by_itself);
    EXPECT_TRUE(WIFSIGNALED(ended.status));
    EXPECT_EQ(WTERMSIG(ended.status), SIGSEGV);
    EXPECT_EQ(ended.line, "");
}

TEST_F(Supervise, TheTimeLimitEndsTheWholeGroup) {
    // A child and a grandchild; nothing waits for the grandchild.
    const Ended ended = shell("echo $$ >&2; (sleep 1000 & sleep 1000) & wait", 200ms);
    EXPECT_EQ(ended.how, Ended::How::time_limit);
    EXPECT_TRUE(group_is_gone(ended.line));
}

TEST_F(Supervise, WhatAProgramLeavesBehindIsEndedToo) {
    const Ended ended = shell("echo $$ >&2; sleep 1000 & exit 0");
    EXPECT_EQ(ended.how, Ended::How::by_itself);
    EXPECT_EQ(ended.status, 0);
    EXPECT_TRUE(group_is_gone(ended.line));
}

TEST_F(Supervise, ASignalToUsEndsTheGroup) {
    const Ended ended = shell("echo $$ >&2; kill -INT $PPID; sleep 1000");
    EXPECT_EQ(ended.how, Ended::How::interrupted);
    EXPECT_EQ(signals_.interrupted(), SIGINT);
    EXPECT_TRUE(group_is_gone(ended.line));
}

TEST_F(Supervise, AProgramThatCannotBeExecutedSaysSo) {
    const Ended ended = supervise({"/nowhere/at/all"}, 1min, signals_);
    EXPECT_EQ(WEXITSTATUS(ended.status), 1);
    EXPECT_NE(ended.line.find("/nowhere/at/all"), std::string::npos) << ended.line;
}

TEST_F(Supervise, ManyWordsOnStderrAreNoObstacle) {
    const Ended ended = shell("yes 'a line of some length' | head -c 1000000 >&2; echo >&2; echo end >&2");
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.line, "end");
}

TEST_F(Supervise, ALineIsBoundedAndPrintable) {
    const Ended ended = shell("printf 'a\\033b\\007' >&2; head -c 2000 /dev/zero | tr '\\0' x >&2");
    EXPECT_EQ(ended.line.substr(0, 5), "a?b?x");
    EXPECT_LE(ended.line.size(), 300U);
}

TEST_F(Supervise, TheChildHasItsOwnGroupNoInputAndNoBlockedSignals) {
    const Ended ended = shell("grep '^SigBlk' /proc/self/status >&2");
    EXPECT_NE(ended.line.find("0000000000000000"), std::string::npos) << ended.line;
    EXPECT_EQ(shell("cat; cut -d' ' -f5 /proc/$$/stat | grep -qx $$").status, 0);
}

}  // namespace
}  // namespace bench
