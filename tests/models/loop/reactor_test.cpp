#include "models/loop/reactor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/loop/pollers.h"
#include "waiters.h"

namespace models {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Over epoll, with sockets.
class ReactorOnEpoll : public testing::Test {
protected:
    // Enters a letter when it is woken.
    FunctionWaiter letter(char name) {
        return FunctionWaiter{[this, name] { order_ += name; }};
    }
    void turn_until(const bool& done) {
        while (!done) reactor_.turn();
    }

    Reactor reactor_{make_epoll_poller()};
    SocketPair pair_;
    std::string order_;
};

TEST_F(ReactorOnEpoll, WakesAllWhoAwaitAnEventInTheNextTurn) {
    FunctionWaiter first = letter('1');
    FunctionWaiter second = letter('2');
    EXPECT_TRUE(reactor_.await(3, first));
    EXPECT_TRUE(reactor_.await(3, second));
    reactor_.announce(3);
    EXPECT_EQ(order_, "");
    reactor_.turn();
    EXPECT_EQ(order_, "12");
    EXPECT_FALSE(reactor_.await(3, first)) << "it has happened";
    EXPECT_TRUE(reactor_.await(2, first)) << "another has not";
    reactor_.clear_events();
    EXPECT_TRUE(reactor_.await(3, first));
}

TEST_F(ReactorOnEpoll, FindsThatNobodyWillAnnounce) {
    FunctionWaiter waiter = letter('w');
    EXPECT_TRUE(reactor_.await(0, waiter));
    EXPECT_THROW(reactor_.turn(), std::logic_error);
}

TEST_F(ReactorOnEpoll, WakesAReaderOnce) {
    FunctionWaiter reader = letter('r');
    FunctionWaiter other = letter('o');
    reactor_.when(Readiness::readable, pair_.near.get(), reader);
    reactor_.at(sys::now() + milliseconds{1}, other);
    while (order_.empty()) reactor_.turn();
    EXPECT_EQ(order_, "o") << "nothing is there to read";
    SocketPair::write(pair_.far, "x");
    reactor_.turn();
    EXPECT_EQ(order_, "or");
    // What is left unread wakes nobody who does not ask again.
    reactor_.soon(other);
    reactor_.turn();
    EXPECT_EQ(order_, "oro");
    reactor_.when(Readiness::readable, pair_.near.get(), reader);
    reactor_.turn();
    EXPECT_EQ(order_, "oror");
}

TEST_F(ReactorOnEpoll, WakesAWriterWhenThereIsRoom) {
    SocketPair::fill(pair_.near);
    bool room = false;
    FunctionWaiter writer{[&] { room = true; }};
    FunctionWaiter drainer{[&] { SocketPair::drain(pair_.far); }};
    reactor_.when(Readiness::writable, pair_.near.get(), writer);
    reactor_.soon(drainer);
    turn_until(room);
    EXPECT_EQ(writer.times_woken(), 1);
}

TEST_F(ReactorOnEpoll, HasAReaderAndAWriterOnOneDescriptor) {
    FunctionWaiter reader = letter('r');
    FunctionWaiter writer = letter('w');
    reactor_.when(Readiness::readable, pair_.near.get(), reader);
    reactor_.when(Readiness::writable, pair_.near.get(), writer);
    reactor_.turn();
    EXPECT_EQ(order_, "w");
    SocketPair::write(pair_.far, "x");
    reactor_.turn();
    EXPECT_EQ(order_, "wr");
}

TEST_F(ReactorOnEpoll, AHangUpWakesBoth) {
    SocketPair::fill(pair_.near);
    FunctionWaiter reader = letter('r');
    FunctionWaiter writer = letter('w');
    reactor_.when(Readiness::readable, pair_.near.get(), reader);
    reactor_.when(Readiness::writable, pair_.near.get(), writer);
    pair_.far.reset();
    reactor_.turn();
    EXPECT_EQ(order_, "rw");
}

TEST_F(ReactorOnEpoll, WakesTimersInTheOrderOfTheirTimesAndNotEarly) {
    const sys::TimePoint start = sys::now();
    std::deque<FunctionWaiter> waiters;
    int left = 20;
    bool done = false;
    std::vector<int> order;
    // Entered in another order: 0, 7, 14, 1, ...
    for (int i = 0; i < 20; ++i) {
        const int number = i * 7 % 20;
        const sys::TimePoint time = start + microseconds{200} * number;
        reactor_.at(time, waiters.emplace_back([&, number, time] {
            EXPECT_GE(sys::now(), time);
            order.push_back(number);
            done = --left == 0;
        }));
    }
    turn_until(done);
    EXPECT_TRUE(std::ranges::is_sorted(order));
    EXPECT_EQ(order.size(), 20U);
}

TEST_F(ReactorOnEpoll, WhoeverYieldsLetsASocketAndATimerGoOn) {
    int yields = 0;
    bool stop = false;
    FunctionWaiter* again = nullptr;
    FunctionWaiter yielding{[&] {
        ++yields;
        if (!stop) reactor_.soon(*again);
    }};
    again = &yielding;
    reactor_.soon(yielding);
    FunctionWaiter reader = letter('r');
    FunctionWaiter timer = letter('t');
    reactor_.when(Readiness::readable, pair_.near.get(), reader);
    reactor_.at(sys::now(), timer);
    SocketPair::write(pair_.far, "x");
    reactor_.turn();
    EXPECT_EQ(yields, 1) << "who comes back has to wait for the next turn";
    EXPECT_EQ(order_, "tr");
    reactor_.turn();
    EXPECT_EQ(yields, 2);
    stop = true;
}

TEST_F(ReactorOnEpoll, ForgetsADescriptorWhoseNumberComesBack) {
    FunctionWaiter old_reader = letter('o');
    FunctionWaiter new_reader = letter('n');
    FunctionWaiter idle = letter('i');
    const int number = pair_.near.get();
    reactor_.when(Readiness::readable, number, old_reader);
    reactor_.forget(number);
    pair_.near.reset();
    pair_.far.reset();
    // The lowest free number comes back as another socket, which is registered anew.
    const SocketPair next;
    ASSERT_EQ(next.near.get(), number);
    SocketPair::write(next.far, "x");
    reactor_.soon(idle);
    reactor_.turn();
    EXPECT_EQ(order_, "i") << "nobody waits for it";
    reactor_.when(Readiness::readable, number, new_reader);
    reactor_.turn();
    EXPECT_EQ(order_, "in");
    reactor_.forget(number);
}

TEST_F(ReactorOnEpoll, ForgetOfOneThatItDoesNotKnowDoesNothing) {
    reactor_.forget(0);
    reactor_.forget(pair_.near.get());
    reactor_.forget(1'000'000);
}

TEST_F(ReactorOnEpoll, ThrowsWhereNothingCanEverWake) {
    EXPECT_THROW(reactor_.turn(), std::logic_error);
    FunctionWaiter reader = letter('r');
    reactor_.when(Readiness::readable, pair_.near.get(), reader);
    reactor_.forget(pair_.near.get());
    EXPECT_THROW(reactor_.turn(), std::logic_error);
}

// Says what it is told to, and writes down what it is asked.
class ScriptedPoller final : public Poller {
public:
    struct Log {
        std::vector<std::string> changes;
        std::vector<Timeout> waits;
        std::vector<Ready> next;  // what the next wait finds
    };
    explicit ScriptedPoller(Log& log) : log_{log} {}
    void watch(int descriptor, Interest interest, bool known) override {
        log_.changes.push_back((known ? "change " : "add ") + std::to_string(descriptor) + " to " +
                               std::to_string(static_cast<int>(interest)));
    }
    void forget(int descriptor) override { log_.changes.push_back("forget " + std::to_string(descriptor)); }
    void wait(Timeout timeout, std::vector<Ready>& ready) override {
        log_.waits.push_back(timeout);
        ready.insert(ready.end(), log_.next.begin(), log_.next.end());
        log_.next.clear();
    }

private:
    Log& log_;
};

class ReactorOnAScript : public testing::Test {
protected:
    void ready(std::vector<Ready> next) {
        log_.next = std::move(next);
        reactor_.turn();
    }
    using Changes = std::vector<std::string>;

    ScriptedPoller::Log log_;
    Reactor reactor_{std::make_unique<ScriptedPoller>(log_)};
    FunctionWaiter reader_{[] {}};
    FunctionWaiter writer_{[] {}};
};

TEST_F(ReactorOnAScript, RegistersOnceThoughItWaitsAgain) {
    for (int i = 0; i < 5; ++i) {
        reactor_.when(Readiness::readable, 7, reader_);
        ready({{7, Interest::readable}});
    }
    EXPECT_EQ(reader_.times_woken(), 5);
    EXPECT_EQ(log_.changes, Changes{"add 7 to 1"});
}

TEST_F(ReactorOnAScript, ChangesTheInterestWhereItChanges) {
    reactor_.when(Readiness::readable, 7, reader_);
    reactor_.when(Readiness::writable, 7, writer_);
    ready({{7, Interest::both}});
    reactor_.when(Readiness::writable, 7, writer_);
    EXPECT_EQ(log_.changes, (Changes{"add 7 to 1", "change 7 to 3", "change 7 to 2"}));
    EXPECT_EQ(reader_.times_woken() + writer_.times_woken(), 2);
}

TEST_F(ReactorOnAScript, DropsOneThatIsReadyAndUnwanted) {
    FunctionWaiter timer{[] {}};
    reactor_.when(Readiness::readable, 7, reader_);
    ready({{7, Interest::readable}});
    // Level-triggered, it is told again; then never more.
    reactor_.at(sys::now() + std::chrono::hours{1}, timer);
    ready({{7, Interest::readable}});
    EXPECT_EQ(log_.changes, (Changes{"add 7 to 1", "forget 7"}));
    EXPECT_EQ(reader_.times_woken(), 1);
    reactor_.when(Readiness::readable, 7, reader_);
    EXPECT_EQ(log_.changes.back(), "add 7 to 1");
}

TEST_F(ReactorOnAScript, KeepsAReadersInterestThoughAWriterIsUnwanted) {
    reactor_.when(Readiness::readable, 7, reader_);
    reactor_.when(Readiness::writable, 7, writer_);
    ready({{7, Interest::writable}});
    ready({{7, Interest::writable}});
    EXPECT_EQ(log_.changes, (Changes{"add 7 to 1", "change 7 to 3", "change 7 to 1"}));
    ready({{7, Interest::readable}});
    EXPECT_EQ(reader_.times_woken(), 1);
}

TEST_F(ReactorOnAScript, WakesNobodyForOneThatAnotherHasJustForgotten) {
    FunctionWaiter forgetting{[&] { reactor_.forget(8); }};
    reactor_.when(Readiness::readable, 7, forgetting);
    reactor_.when(Readiness::readable, 8, reader_);
    ready({{7, Interest::readable}, {8, Interest::readable}});
    EXPECT_EQ(reader_.times_woken(), 0);
}

TEST_F(ReactorOnAScript, AReaderMayForgetItsOwnDescriptorThoughAWriterWaits) {
    FunctionWaiter forgetting{[&] { reactor_.forget(7); }};
    reactor_.when(Readiness::readable, 7, forgetting);
    reactor_.when(Readiness::writable, 7, writer_);
    ready({{7, Interest::both}});
    EXPECT_EQ(writer_.times_woken(), 0);
    EXPECT_THROW(reactor_.turn(), std::logic_error) << "what was forgotten is not waited for";
}

TEST_F(ReactorOnAScript, AWaiterMayWaitForAMuchHigherDescriptor) {
    FunctionWaiter climbing{[&] { reactor_.when(Readiness::readable, 5000, reader_); }};
    reactor_.when(Readiness::readable, 7, climbing);
    ready({{7, Interest::both}});
    ready({{5000, Interest::readable}});
    EXPECT_EQ(reader_.times_woken(), 1);
}

TEST_F(ReactorOnAScript, WaitsAsLongAsItMay) {
    reactor_.when(Readiness::readable, 7, reader_);
    reactor_.turn();
    EXPECT_EQ(log_.waits.back(), std::nullopt) << "nothing but the descriptor";
    FunctionWaiter timer{[] {}};
    reactor_.at(sys::now() + std::chrono::hours{1}, timer);
    reactor_.turn();
    ASSERT_TRUE(log_.waits.back());
    EXPECT_GT(*log_.waits.back(), std::chrono::minutes{30});
    EXPECT_LE(*log_.waits.back(), std::chrono::hours{1});
    FunctionWaiter again{[&] { reactor_.soon(writer_); }};
    reactor_.soon(again);
    reactor_.turn();
    EXPECT_EQ(log_.waits.back(), sys::Nanoseconds{0}) << "another has its turn next";
    EXPECT_EQ(log_.waits.size(), 3U);
}

TEST_F(ReactorOnAScript, AsksNothingWhereNobodyWaitsForADescriptor) {
    reactor_.soon(reader_);
    reactor_.turn();
    EXPECT_EQ(reader_.times_woken(), 1);
    EXPECT_TRUE(log_.waits.empty());
}

}  // namespace
}  // namespace models
