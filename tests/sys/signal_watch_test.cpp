#include "sys/signal_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace sys {
namespace {

bool readable(int descriptor) {
    pollfd waited{descriptor, POLLIN, 0};
    return ::poll(&waited, 1, 0) == 1;
}

TEST(SignalWatch, TellsTheFirstSignalThatAsksToStop) {
    SignalWatch signals;
    EXPECT_FALSE(signals.interrupted());
    ::kill(::getpid(), SIGHUP);
    EXPECT_TRUE(readable(signals.descriptor()));
    EXPECT_EQ(signals.interrupted(), SIGHUP);
    ::kill(::getpid(), SIGTERM);
    EXPECT_EQ(signals.interrupted(), SIGHUP);
    EXPECT_EQ(exit_code_after(SIGHUP), 129);
}

TEST(SignalWatch, HasADescriptorForStopsOnly) {
    SignalWatch signals;
    ::kill(::getpid(), SIGCHLD);
    EXPECT_TRUE(readable(signals.descriptor()));
    EXPECT_FALSE(readable(signals.stop_descriptor()));
    ::kill(::getpid(), SIGTERM);
    EXPECT_TRUE(readable(signals.stop_descriptor()));
    EXPECT_EQ(signals.interrupted(), SIGTERM);
    EXPECT_FALSE(readable(signals.stop_descriptor())) << "that one is known";
}

TEST(SignalWatch, LeavesASignalAloneThatOurParentIgnores) {
    const auto before = std::signal(SIGHUP, SIG_IGN);
    {
        SignalWatch signals;
        ::kill(::getpid(), SIGHUP);
        EXPECT_FALSE(signals.interrupted());
    }
    std::signal(SIGHUP, before);
}

}  // namespace
}  // namespace sys
