#include "sys/mailbox.h"

#include <gtest/gtest.h>

#include <thread>

#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

TEST(Mailbox, GivesTheNumberThatWasPutIn) {
    Mailbox box;
    for (const std::uint32_t number : {0U, 1U, 7U, Mailbox::most}) {
        box.put(number);
        EXPECT_EQ(box.take(), number);
        box.clear();
    }
}

// Hangs if a put does not wake the taker. Often enough that one of them sleeps and another one does not.
TEST(Mailbox, WakesATakerThatSleeps) {
    constexpr std::uint32_t count = 2'000;
    SharedArray<Mailbox> there{count};
    SharedArray<Mailbox> back{count};
    int written = 0;
    std::jthread taker{[&] {
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t number = there[i].take();
            EXPECT_EQ(number, i);
            EXPECT_EQ(written, static_cast<int>(i)) << "what was written before the put is visible";
            back[i].put(number + 1);
        }
    }};
    for (std::uint32_t i = 0; i < count; ++i) {
        written = static_cast<int>(i);
        there[i].put(i);
        EXPECT_EQ(back[i].take(), i + 1);
    }
}

TEST(Mailbox, WorksBetweenProcesses) {
    const Shared<Mailbox> there;
    const Shared<Mailbox> back;
    ChildProcess child = ChildProcess::fork([&] { back->put(there->take() * 2); });
    there->put(21);
    EXPECT_EQ(back->take(), 42U);
    EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace sys
