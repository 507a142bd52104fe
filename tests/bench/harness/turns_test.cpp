#include "bench/harness/turns.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "sys/child_process.h"
#include "turn_giver.h"

namespace bench {
namespace {

using sys::Nanoseconds;
using Heard = std::vector<std::string>;

TEST(Turns, SayThatTheCaseIsReadyAndWhatATurnTook) {
    TurnGiver giver;
    Turns turns{giver.benchmarks_end(), 1};
    turns.tell_ready();
    turns.tell_done(Nanoseconds{25'000'001}, 17);
    turns.tell_done(Nanoseconds::max(), UINT64_MAX);
    EXPECT_EQ(giver.heard(), (Heard{"ready", "done 25000001 17", "done 9223372036854775807 18446744073709551615"}));
}

TEST(Turns, ComeInTheOrderOfTheMessages) {
    TurnGiver giver{"try 5", "go 7", "go 8", "end"};
    Turns turns{giver.benchmarks_end(), 2};
    for (const auto& [amount, recorded] : {Turns::Turn{5, false}, {7, true}, {8, true}}) {
        const auto turn = turns.wait();
        ASSERT_TRUE(turn);
        EXPECT_EQ(turn->amount, amount);
        EXPECT_EQ(turn->recorded, recorded);
    }
    EXPECT_FALSE(turns.wait());
    EXPECT_FALSE(turns.abandoned());
    EXPECT_EQ(turns.failure(), "");
}

TEST(Turns, EndIfTheProgramHasGone) {
    TurnGiver giver{"go 7"};
    Turns turns{giver.benchmarks_end(), 1};
    EXPECT_TRUE(turns.wait());
    EXPECT_FALSE(turns.abandoned());
    giver.go_away();
    turns.tell_done(Nanoseconds{1}, 7);  // raises no signal
    EXPECT_FALSE(turns.wait());
    EXPECT_TRUE(turns.abandoned());
}

TEST(Turns, SayHowManyAreMissing) {
    TurnGiver giver{"try 7", "go 7", "end"};
    Turns turns{giver.benchmarks_end(), 3};
    while (turns.wait()) {
    }
    EXPECT_EQ(turns.failure(), "1 of 3 turns were taken");
    EXPECT_FALSE(turns.abandoned());
}

// What Turns says after these messages; one recorded turn was expected.
std::string refusal_of(std::initializer_list<std::string_view> messages) {
    const TurnGiver giver{messages};
    Turns turns{giver.benchmarks_end(), 1};
    for (std::size_t i = 0; i + 1 < messages.size(); ++i) EXPECT_TRUE(turns.wait());
    EXPECT_FALSE(turns.wait());
    EXPECT_FALSE(turns.abandoned());
    return turns.failure();
}

TEST(Turns, RefuseMessagesThatBreakTheRules) {
    EXPECT_EQ(refusal_of({"go 7", "try 7"}), "refused 'try 7': tries come before the recorded turns");
    EXPECT_EQ(refusal_of({"go 7", "go 8"}), "refused 'go 8': all turns are taken");
    EXPECT_EQ(refusal_of({"gone 7"}), "refused 'gone 7': no such message");
    EXPECT_EQ(refusal_of({"go"}), "refused 'go': no such message");
    for (const std::string amount : {"0", "-1", "1x", "", " 1", "18446744073709551616"}) {
        const std::string message = "go " + amount;
        EXPECT_EQ(refusal_of({message}), "refused '" + message + "': no amount of work");
    }
}

TEST(Turns, RefuseMoreTriesThanThereIsRoomFor) {
    TurnGiver giver;
    Turns turns{giver.benchmarks_end(), 1};
    for (std::size_t i = 0; i < Turns::most_tries; ++i) {
        giver.say("try 1");
        EXPECT_TRUE(turns.wait());
    }
    giver.say("try 1");
    EXPECT_FALSE(turns.wait());
    EXPECT_EQ(turns.failure(), "refused 'try 1': too many tries");
}

TEST(Turns, MayBeTakenByAnotherProcess) {
    TurnGiver giver{"go 7", "end"};
    Turns turns{giver.benchmarks_end(), 1};
    auto child = sys::ChildProcess::fork([&] {
        if (const auto turn = turns.wait(); !turn || turn->amount != 7) throw std::logic_error{"another turn"};
        turns.tell_done(Nanoseconds{3}, 7);
    });
    ASSERT_EQ(child.wait(), 0);
    EXPECT_EQ(giver.hear(), "done 3 7");
    EXPECT_FALSE(turns.wait());
    EXPECT_EQ(turns.failure(), "") << "this process knows what the other one did";
}

TEST(Turns, NeedASocketOfPackets) {
    std::array<int, 2> ends{};
    sys::check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    const sys::UniqueFd output{ends[0]};
    const sys::UniqueFd input{ends[1]};
    const sys::UniqueFd stream{sys::check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    for (const int wrong : {output.get(), stream.get(), -1, 1'000'000}) {
        EXPECT_THROW((Turns{wrong, 1}), std::invalid_argument) << wrong;
    }
}

TEST(Turns, KeepTheSocketFromOtherPrograms) {
    const TurnGiver giver;
    ASSERT_NE(::fcntl(giver.benchmarks_end(), F_SETFD, 0), -1);
    const Turns turns{giver.benchmarks_end(), 1};
    EXPECT_EQ(::fcntl(giver.benchmarks_end(), F_GETFD), FD_CLOEXEC);
}

}  // namespace
}  // namespace bench
