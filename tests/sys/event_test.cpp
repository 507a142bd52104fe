#include "sys/event.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "sys/child_process.h"
#include "sys/clock.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

TEST(Event, WakesAllThreadsThatWait) {
    Event event;
    int written = 0;
    std::atomic<int> seen{0};
    {
        std::vector<std::jthread> waiting;
        for (int i = 0; i < 4; ++i) {
            waiting.emplace_back([&] {
                event.wait();
                seen += written;
            });
        }
        written = 10;
        event.announce();
    }
    EXPECT_EQ(seen, 40);
}

// Hangs if it fails.
TEST(Event, DoesNotMakeLaterThreadsWait) {
    Event event;
    event.announce();
    event.wait();
    event.wait();
}

TEST(Event, HappensAgainOnceItIsCleared) {
    Event event;
    event.announce();
    event.clear();
    std::atomic<bool> passed{false};
    std::jthread waiting{[&] {
        event.wait();
        passed = true;
    }};
    // Long enough for a thread that does not wait.
    sleep_until(now() + std::chrono::milliseconds{20});
    EXPECT_FALSE(passed);
    event.announce();
    waiting.join();
    EXPECT_TRUE(passed);
}

TEST(Event, WorksBetweenProcesses) {
    const Shared<Event> there;
    const Shared<Event> back;
    ChildProcess child = ChildProcess::fork([&] {
        there->wait();
        back->announce();
    });
    there->announce();
    back->wait();
    EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace sys
