#include <gtest/gtest.h>

#include <vector>

#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

class PingPong : public testing::Test {
protected:
    static constexpr std::int64_t round_trips = 3;
    static constexpr std::size_t idle = 2;

    PingPong() { play_->begin(); }

    // Gives the bytes that `from` sends to `to`, which must ask to receive.
    static void hand_over(Script& from, Script& to) { to.receive(from.take_sent()); }
    void finish(std::size_t index, Script& script) {
        ledger_.finish(tasks::root(index), script.asked<tasks::Finish>());
    }

    std::unique_ptr<Workload> play_ =
        find("ping_pong").make({{"pairs", 1}, {"idle", idle}, {"round_trips", round_trips}}, 1);
    tasks::Ledger ledger_{idle + 2};
};

TEST_F(PingPong, GoesBackAndForthAndThenReleasesTheIdleTasks) {
    Script waiting[] = {Script{play_->make(0)}, Script{play_->make(1)}};
    Script left{play_->make(idle)};
    Script right{play_->make(idle + 1)};
    for (int trip = 0; trip < round_trips; ++trip) {
        hand_over(left, right);
        hand_over(right, left);
    }
    finish(idle + 1, right);
    for (Script& one : waiting) hand_over(left, one);
    finish(idle, left);
    finish(0, waiting[0]);
    finish(1, waiting[1]);
    const Verdict verdict = play_->verify(ledger_);
    EXPECT_TRUE(verdict) << verdict.reason;
    EXPECT_EQ(play_->work().units, static_cast<std::uint64_t>(round_trips));
}

TEST_F(PingPong, SeesAWrongBall) {
    Script right{play_->make(idle + 1)};
    right.receive("x");
    EXPECT_EQ(right.sent(), "y") << "each task sends back the next number";
    // All tasks finish, the active ones with a wrong digest.
    for (std::size_t index = 0; index < 2; ++index) ledger_.finish(tasks::root(index), {tasks::mix(index, 1)});
    ledger_.finish(tasks::root(idle), {0});
    ledger_.finish(tasks::root(idle + 1), {0});
    EXPECT_EQ(play_->verify(ledger_).reason, "wrong digest from task 2");
}

TEST_F(PingPong, EndsIfTheOtherEndIsClosed) {
    Script right{play_->make(idle + 1)};
    right.receive_end();
    EXPECT_EQ(right.asked<tasks::Finish>().error, -ECONNRESET);
}

TEST_F(PingPong, AsksForAllAtOnce) { EXPECT_EQ(play_->demand().together, idle + 2); }

}  // namespace
}  // namespace workloads
