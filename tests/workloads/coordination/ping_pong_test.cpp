#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>
#include <vector>

#include "script.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::size_t pairs = 2;
constexpr std::size_t round_trips = 7;
constexpr std::size_t tasks_count = 1 + 2 * pairs;

class PingPong : public testing::Test {
protected:
    PingPong() {
        play_->windows()->plan(2, nullptr);
        play_->begin();
    }

    static std::unique_ptr<Workload> make(std::size_t pairs_count, std::size_t trips) {
        return find("ping_pong")
            .make(
                {{"pairs", static_cast<std::int64_t>(pairs_count)}, {"round_trips", static_cast<std::int64_t>(trips)}},
                {});
    }
    Script server(std::size_t pair) { return Script{play_->make(1 + 2 * pair)}; }
    Script returner(std::size_t pair) { return Script{play_->make(2 + 2 * pair)}; }
    Script referee() { return Script{play_->make(0)}; }

    // Performs the operation if it does not have to wait. False if it has to.
    static bool try_operation(Script& task) {
        if (task.asks<tasks::Compute>()) {
            task.compute();
            return true;
        }
        ssize_t result = 0;
        if (task.asks<tasks::Send>()) {
            const tasks::Send& send = task.asked<tasks::Send>();
            result = ::send(send.socket, send.bytes.data(), send.bytes.size(), MSG_DONTWAIT);
        } else {
            const tasks::Receive& receive = task.asked<tasks::Receive>();
            result = ::recv(receive.socket, receive.into.data(), receive.into.size(), MSG_DONTWAIT);
            if (result < 0 && errno == EAGAIN) return false;
        }
        task.answer(sys::check(static_cast<int>(result), "an operation"));
        return true;
    }
    static int socket_of(Script& task) {
        if (task.asks<tasks::Send>()) return task.asked<tasks::Send>().socket;
        return task.asks<tasks::Receive>() ? task.asked<tasks::Receive>().socket : -1;
    }
    // Plays the model of all tasks, in turn, and enters their ends into `ledger`. The tasks use the real sockets.
    static void play_all(Workload& play, tasks::Ledger& ledger) {
        std::vector<Script> all;
        for (std::size_t index = 0; index < play.size(); ++index) all.emplace_back(play.make(index));
        std::map<int, std::size_t> users;
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t index = 0; index < all.size(); ++index) {
                if (all[index].asks<tasks::Finish>()) continue;
                if (const int socket = socket_of(all[index]); socket >= 0) {
                    ASSERT_EQ(users.emplace(socket, index).first->second, index) << "two tasks use one end";
                }
                moved = try_operation(all[index]) || moved;
            }
        }
        for (std::size_t index = 0; index < all.size(); ++index) {
            ASSERT_TRUE(all[index].asks<tasks::Finish>()) << "task " << index << " waits for ever";
            ledger.finish(tasks::root(index), all[index].asked<tasks::Finish>());
        }
    }
    // Gives the bytes that `from` sends to `to`, which must ask to receive.
    static void hand_over(Script& from, Script& to) { to.receive(from.take_sent()); }

    std::unique_ptr<Workload> play_ = make(pairs, round_trips);
    tasks::Ledger ledger_{tasks_count};
};

TEST_F(PingPong, IsValidWhenAllWindowsWerePlayed) {
    // Twice, because the sockets are used again in the next run.
    for (int run = 0; run < 2; ++run) {
        play_->begin();
        ledger_.clear();
        play_all(*play_, ledger_);
        EXPECT_EQ(play_->verify(ledger_).reason, "");
        EXPECT_EQ(play_->work().units, 2 * round_trips);
        EXPECT_EQ(play_->work().bytes, 2 * round_trips * 2);
        EXPECT_GE(play_->work().fairness->least, 2U);
        EXPECT_EQ((*play_->windows())[1].work.units, round_trips);
    }
}

TEST_F(PingPong, CountsBeyondAByte) {
    const auto play = make(1, 600);
    play->begin();
    tasks::Ledger ledger{3};
    play_all(*play, ledger);
    EXPECT_EQ(play->verify(ledger).reason, "");
}

TEST_F(PingPong, RefereeTurnsTheGateWhenEveryServerHasArrived) {
    Script keeper = referee();
    Script servers[] = {server(0), server(1)};
    Script returners[] = {returner(0), returner(1)};
    Windows& windows = *play_->windows();
    for (std::size_t gate = 0; gate < 3; ++gate) {
        // Server 0 draws all units but the one that is reserved for server 1.
        const std::size_t units[] = {gate == 0 ? 1 : round_trips - 1, 1};
        for (const std::size_t pair : {std::size_t{0}, std::size_t{1}}) {
            EXPECT_FALSE(keeper.asks<tasks::Compute>());
            for (std::size_t unit = 0; unit < units[pair]; ++unit) {
                hand_over(servers[pair], returners[pair]);
                hand_over(returners[pair], servers[pair]);
            }
            hand_over(servers[pair], keeper);
            EXPECT_TRUE(servers[pair].asks<tasks::Receive>()) << "it waits for the gate";
        }
        EXPECT_EQ(windows.is_open(), gate > 0);
        keeper.compute();
        EXPECT_EQ(windows.is_open(), gate < 2);
        for (Script& one : servers) hand_over(keeper, one);
    }
    for (const std::size_t pair : {std::size_t{0}, std::size_t{1}}) {
        hand_over(servers[pair], returners[pair]);
        EXPECT_TRUE(servers[pair].asks<tasks::Finish>());
        EXPECT_TRUE(returners[pair].asks<tasks::Finish>());
    }
    EXPECT_TRUE(keeper.asks<tasks::Finish>());
    EXPECT_EQ(windows.work().fairness->most, 2 * (round_trips - 1));
    EXPECT_EQ(windows.work().fairness->least, 2U);
}

TEST_F(PingPong, SeesAWrongBall) {
    Script right = returner(0);
    right.receive("x");
    EXPECT_EQ(right.sent(), "y") << "each task sends back the next number";
    play_all(*play_, ledger_);
    tasks::Ledger wrong{tasks_count};
    for (std::size_t index = 0; index < tasks_count; ++index) {
        wrong.finish(tasks::root(index), {index == tasks_count - 1 ? 1 : ledger_.digest(index)});
    }
    EXPECT_EQ(play_->verify(wrong).reason, "wrong digest from task 4");
}

TEST_F(PingPong, IsInvalidIfNobodyPlayed) {
    for (std::size_t index = 0; index < tasks_count; ++index) {
        ledger_.finish(tasks::root(index), {0});
    }
    EXPECT_EQ(play_->verify(ledger_).reason, "2 of 2 pairs got no answer in the first round, before the window opens");
}

TEST_F(PingPong, TasksEndWithTheErrorOfAnyStep) {
    // A server: the first round, the gate, and one unit in each window. Its digest does not matter here.
    const auto alone = make(1, 1);
    const auto answer = [&](Script& task, int) {
        if (task.asks<tasks::Compute>()) return task.compute();
        task.asks<tasks::Send>() ? (void)task.take_sent() : (void)task.receive("x");
    };
    // Which task, and its number of operations.
    const auto fail_steps = [&](std::size_t index) {
        return fail_each_step(
            [&] {
                alone->begin();
                return alone->make(index);
            },
            answer, EPIPE);
    };
    // The referee, at the gates of the first round and of the window: receive, compute, send.
    EXPECT_EQ(fail_steps(0), 2 * 3);
    // No window opens without the referee: a round trip, two steps at the gate, and the end of the game.
    EXPECT_EQ(fail_steps(1), 2 + 2 + 1);
}

TEST_F(PingPong, EndsIfTheOtherEndIsClosed) {
    Script right = returner(0);
    right.receive_end();
    EXPECT_EQ(right.asked<tasks::Finish>().error, -ECONNRESET);
    Script left = server(0);
    (void)left.take_sent();
    left.receive_end();
    EXPECT_EQ(left.asked<tasks::Finish>().error, -ECONNRESET);
}

TEST_F(PingPong, AsksForAllAtOnce) {
    EXPECT_EQ(play_->size(), tasks_count);
    EXPECT_EQ(play_->demand().together, tasks_count);
    EXPECT_EQ(play_->demand().descriptors_lent, 2 * (pairs + pairs)) << "pairs, gates";
    EXPECT_EQ(play_->demand().events, 0U);
}

}  // namespace
}  // namespace workloads
