#include "models/loop/reactor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "continuations.h"
#include "models/loop/pollers.h"

namespace models {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A reactor over epoll, with sockets.
class ReactorOnEpoll : public testing::Test {
protected:
    // Appends a letter when it is resumed.
    FunctionContinuation letter(char name) {
        return FunctionContinuation{[this, name] { order_ += name; }};
    }
    void turn_until(const bool& done) {
        while (!done) reactor_.run_once();
    }

    Reactor reactor_{make_epoll_poller()};
    SocketPair pair_;
    std::string order_;
};

TEST_F(ReactorOnEpoll, ResumesAllThatAwaitAnEventInTheNextRound) {
    FunctionContinuation first = letter('1');
    FunctionContinuation second = letter('2');
    tasks::Result result;
    Primitives& primitives = reactor_.primitives();
    primitives.begin_run({.events = 4});
    EXPECT_FALSE(primitives.start(tasks::Await{3}, first, result));
    EXPECT_FALSE(primitives.start(tasks::Await{3}, second, result));
    EXPECT_TRUE(primitives.start(tasks::Announce{3}, first, result));
    EXPECT_EQ(order_, "");
    reactor_.run_once();
    EXPECT_EQ(order_, "12");
    EXPECT_TRUE(primitives.start(tasks::Await{3}, first, result)) << "the event has happened";
    EXPECT_FALSE(primitives.start(tasks::Await{2}, first, result)) << "another event has not";
    primitives.begin_run({.events = 4});
    EXPECT_FALSE(primitives.start(tasks::Await{3}, first, result));
}

TEST_F(ReactorOnEpoll, ThrowsIfNoTaskCanAnnounceAnEvent) {
    FunctionContinuation continuation = letter('w');
    tasks::Result result;
    reactor_.primitives().begin_run({.events = 1});
    EXPECT_FALSE(reactor_.primitives().start(tasks::Await{0}, continuation, result));
    EXPECT_THROW(reactor_.run_once(), Deadlock);
}

TEST_F(ReactorOnEpoll, ResumesAReaderOnce) {
    FunctionContinuation reader = letter('r');
    FunctionContinuation other = letter('o');
    reactor_.wait_ready(Readiness::readable, pair_.near.get(), reader);
    reactor_.wait_until(sys::now() + milliseconds{1}, other);
    while (order_.empty()) reactor_.run_once();
    EXPECT_EQ(order_, "o") << "there is nothing to read";
    SocketPair::write(pair_.far, "x");
    reactor_.run_once();
    EXPECT_EQ(order_, "or");
    // Unread data resumes no continuation that does not wait again.
    reactor_.post(other);
    reactor_.run_once();
    EXPECT_EQ(order_, "oro");
    reactor_.wait_ready(Readiness::readable, pair_.near.get(), reader);
    reactor_.run_once();
    EXPECT_EQ(order_, "oror");
}

TEST_F(ReactorOnEpoll, ResumesAWriterWhenThereIsRoom) {
    SocketPair::fill(pair_.near);
    bool room = false;
    FunctionContinuation writer{[&] { room = true; }};
    FunctionContinuation drainer{[&] { SocketPair::drain(pair_.far); }};
    reactor_.wait_ready(Readiness::writable, pair_.near.get(), writer);
    reactor_.post(drainer);
    turn_until(room);
    EXPECT_EQ(writer.times_resumed(), 1);
}

TEST_F(ReactorOnEpoll, HasAReaderAndAWriterOnOneDescriptor) {
    FunctionContinuation reader = letter('r');
    FunctionContinuation writer = letter('w');
    reactor_.wait_ready(Readiness::readable, pair_.near.get(), reader);
    reactor_.wait_ready(Readiness::writable, pair_.near.get(), writer);
    reactor_.run_once();
    EXPECT_EQ(order_, "w");
    SocketPair::write(pair_.far, "x");
    reactor_.run_once();
    EXPECT_EQ(order_, "wr");
}

TEST_F(ReactorOnEpoll, AHangUpResumesBoth) {
    SocketPair::fill(pair_.near);
    FunctionContinuation reader = letter('r');
    FunctionContinuation writer = letter('w');
    reactor_.wait_ready(Readiness::readable, pair_.near.get(), reader);
    reactor_.wait_ready(Readiness::writable, pair_.near.get(), writer);
    pair_.far.reset();
    reactor_.run_once();
    EXPECT_EQ(order_, "rw");
}

TEST_F(ReactorOnEpoll, ResumesTimersInTheOrderOfTheirTimesAndNotEarly) {
    const sys::TimePoint start = sys::now();
    std::deque<FunctionContinuation> continuations;
    int left = 20;
    bool done = false;
    std::vector<int> order;
    // Added in another order: 0, 7, 14, 1, ...
    for (int i = 0; i < 20; ++i) {
        const int number = i * 7 % 20;
        const sys::TimePoint time = start + microseconds{200} * number;
        reactor_.wait_until(time, continuations.emplace_back([&, number, time] {
            EXPECT_GE(sys::now(), time);
            order.push_back(number);
            done = --left == 0;
        }));
    }
    turn_until(done);
    EXPECT_TRUE(std::ranges::is_sorted(order));
    EXPECT_EQ(order.size(), 20U);
}

TEST_F(ReactorOnEpoll, AYieldingTaskLetsASocketAndATimerGoOn) {
    int yields = 0;
    bool stop = false;
    FunctionContinuation* again = nullptr;
    FunctionContinuation yielding{[&] {
        ++yields;
        if (!stop) reactor_.post(*again);
    }};
    again = &yielding;
    reactor_.post(yielding);
    FunctionContinuation reader = letter('r');
    FunctionContinuation timer = letter('t');
    reactor_.wait_ready(Readiness::readable, pair_.near.get(), reader);
    reactor_.wait_until(sys::now(), timer);
    SocketPair::write(pair_.far, "x");
    reactor_.run_once();
    EXPECT_EQ(yields, 1) << "a continuation that is posted meanwhile waits for the next round";
    EXPECT_EQ(order_, "tr");
    reactor_.run_once();
    EXPECT_EQ(yields, 2);
    stop = true;
}

TEST_F(ReactorOnEpoll, ForgetsADescriptorWhoseNumberComesBack) {
    FunctionContinuation old_reader = letter('o');
    FunctionContinuation new_reader = letter('n');
    FunctionContinuation idle = letter('i');
    const int number = pair_.near.get();
    reactor_.wait_ready(Readiness::readable, number, old_reader);
    reactor_.forget(number);
    pair_.near.reset();
    pair_.far.reset();
    // The kernel gives the lowest free number to another socket, which is registered anew.
    const SocketPair next;
    ASSERT_EQ(next.near.get(), number);
    SocketPair::write(next.far, "x");
    reactor_.post(idle);
    reactor_.run_once();
    EXPECT_EQ(order_, "i") << "no continuation waits for it";
    reactor_.wait_ready(Readiness::readable, number, new_reader);
    reactor_.run_once();
    EXPECT_EQ(order_, "in");
    reactor_.forget(number);
}

TEST_F(ReactorOnEpoll, ForgetOfAnUnknownDescriptorDoesNothing) {
    reactor_.forget(0);
    reactor_.forget(pair_.near.get());
    reactor_.forget(1'000'000);
}

TEST_F(ReactorOnEpoll, ThrowsIfNoContinuationCanBeResumed) {
    EXPECT_THROW(reactor_.run_once(), std::logic_error);
    FunctionContinuation reader = letter('r');
    reactor_.wait_ready(Readiness::readable, pair_.near.get(), reader);
    reactor_.forget(pair_.near.get());
    EXPECT_THROW(reactor_.run_once(), std::logic_error);
}

// A poller that reports what the test says, and records its calls.
class ScriptedPoller final : public Poller {
public:
    struct Log {
        std::vector<std::string> changes;
        std::vector<Timeout> waits;
        std::vector<Ready> next;  // what the next wait reports
        bool shares = false;      // what shares_listeners() says
    };
    explicit ScriptedPoller(Log& log) : log_{log} {}
    void watch(int descriptor, Interest interest, bool known) override {
        log_.changes.push_back((known ? "change " : "add ") + std::to_string(descriptor) + " to " +
                               std::to_string(static_cast<int>(interest)));
    }
    void forget(int descriptor) override { log_.changes.push_back("forget " + std::to_string(descriptor)); }
    bool shares_listeners() const noexcept override { return log_.shares; }
    void watch_shared(int listener) override { log_.changes.push_back("add shared " + std::to_string(listener)); }
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
        reactor_.run_once();
    }
    using Changes = std::vector<std::string>;

    ScriptedPoller::Log log_;
    Reactor reactor_{std::make_unique<ScriptedPoller>(log_)};
    FunctionContinuation reader_{[] {}};
    FunctionContinuation writer_{[] {}};
};

TEST_F(ReactorOnAScript, RegistersOnceEvenIfItWaitsAgain) {
    for (int i = 0; i < 5; ++i) {
        reactor_.wait_ready(Readiness::readable, 7, reader_);
        ready({{7, Interest::readable}});
    }
    EXPECT_EQ(reader_.times_resumed(), 5);
    EXPECT_EQ(log_.changes, Changes{"add 7 to 1"});
}

TEST_F(ReactorOnAScript, ChangesTheRegistrationOnlyWithTheInterest) {
    reactor_.wait_ready(Readiness::readable, 7, reader_);
    reactor_.wait_ready(Readiness::writable, 7, writer_);
    ready({{7, Interest::both}});
    reactor_.wait_ready(Readiness::writable, 7, writer_);
    EXPECT_EQ(log_.changes, (Changes{"add 7 to 1", "change 7 to 3", "change 7 to 2"}));
    EXPECT_EQ(reader_.times_resumed() + writer_.times_resumed(), 2);
}

TEST_F(ReactorOnAScript, DropsAReadyDescriptorThatNoTaskWaitsFor) {
    FunctionContinuation timer{[] {}};
    reactor_.wait_ready(Readiness::readable, 7, reader_);
    ready({{7, Interest::readable}});
    // A level-triggered poller reports it once more, and then never again.
    reactor_.wait_until(sys::now() + std::chrono::hours{1}, timer);
    ready({{7, Interest::readable}});
    EXPECT_EQ(log_.changes, (Changes{"add 7 to 1", "forget 7"}));
    EXPECT_EQ(reader_.times_resumed(), 1);
    reactor_.wait_ready(Readiness::readable, 7, reader_);
    EXPECT_EQ(log_.changes.back(), "add 7 to 1");
}

TEST_F(ReactorOnAScript, RegistersASharedListenerOnlyWhileAnAcceptorWaits) {
    log_.shares = true;
    bool accepts_again = true;
    FunctionContinuation* itself = nullptr;
    FunctionContinuation acceptor{[&] {
        if (accepts_again) reactor_.wait_ready(Readiness::acceptable, 7, *itself);
    }};
    itself = &acceptor;
    reactor_.wait_ready(Readiness::acceptable, 7, acceptor);
    for (int i = 0; i < 3; ++i) ready({{7, Interest::readable}});
    EXPECT_EQ(log_.changes, Changes{"add shared 7"}) << "it waits again at once";
    accepts_again = false;
    FunctionContinuation timer{[] {}};
    reactor_.wait_until(sys::now() + std::chrono::hours{1}, timer);
    ready({{7, Interest::readable}});
    EXPECT_EQ(acceptor.times_resumed(), 4);
    EXPECT_EQ(log_.changes, (Changes{"add shared 7", "forget 7"})) << "in the same round";
    reactor_.wait_ready(Readiness::acceptable, 7, acceptor);
    EXPECT_EQ(log_.changes.back(), "add shared 7");
}

TEST_F(ReactorOnAScript, RegistersAListenerOfItsOwnLikeAnyDescriptor) {
    FunctionContinuation timer{[] {}};
    reactor_.wait_until(sys::now() + std::chrono::hours{1}, timer);
    for (int i = 0; i < 2; ++i) {
        reactor_.wait_ready(Readiness::acceptable, 7, reader_);
        ready({{7, Interest::readable}});
    }
    EXPECT_EQ(log_.changes, Changes{"add 7 to 1"}) << "it is kept while no acceptor waits";
}

TEST_F(ReactorOnAScript, KeepsTheReaderIfNoWriterWaits) {
    reactor_.wait_ready(Readiness::readable, 7, reader_);
    reactor_.wait_ready(Readiness::writable, 7, writer_);
    ready({{7, Interest::writable}});
    ready({{7, Interest::writable}});
    EXPECT_EQ(log_.changes, (Changes{"add 7 to 1", "change 7 to 3", "change 7 to 1"}));
    ready({{7, Interest::readable}});
    EXPECT_EQ(reader_.times_resumed(), 1);
}

TEST_F(ReactorOnAScript, ResumesNoContinuationForAForgottenDescriptor) {
    FunctionContinuation forgetting{[&] { reactor_.forget(8); }};
    reactor_.wait_ready(Readiness::readable, 7, forgetting);
    reactor_.wait_ready(Readiness::readable, 8, reader_);
    ready({{7, Interest::readable}, {8, Interest::readable}});
    EXPECT_EQ(reader_.times_resumed(), 0);
}

TEST_F(ReactorOnAScript, AReaderMayForgetADescriptorThatAWriterWaitsFor) {
    FunctionContinuation forgetting{[&] { reactor_.forget(7); }};
    reactor_.wait_ready(Readiness::readable, 7, forgetting);
    reactor_.wait_ready(Readiness::writable, 7, writer_);
    ready({{7, Interest::both}});
    EXPECT_EQ(writer_.times_resumed(), 0);
    EXPECT_THROW(reactor_.run_once(), std::logic_error) << "a forgotten descriptor is not waited for";
}

TEST_F(ReactorOnAScript, AContinuationMayWaitForAMuchHigherDescriptor) {
    FunctionContinuation climbing{[&] { reactor_.wait_ready(Readiness::readable, 5000, reader_); }};
    reactor_.wait_ready(Readiness::readable, 7, climbing);
    ready({{7, Interest::both}});
    ready({{5000, Interest::readable}});
    EXPECT_EQ(reader_.times_resumed(), 1);
}

TEST_F(ReactorOnAScript, WaitsAsLongAsItMay) {
    reactor_.wait_ready(Readiness::readable, 7, reader_);
    reactor_.run_once();
    EXPECT_EQ(log_.waits.back(), std::nullopt) << "only a descriptor is waited for";
    FunctionContinuation timer{[] {}};
    reactor_.wait_until(sys::now() + std::chrono::hours{1}, timer);
    reactor_.run_once();
    ASSERT_TRUE(log_.waits.back());
    EXPECT_GT(*log_.waits.back(), std::chrono::minutes{30});
    EXPECT_LE(*log_.waits.back(), std::chrono::hours{1});
    FunctionContinuation again{[&] { reactor_.post(writer_); }};
    reactor_.post(again);
    reactor_.run_once();
    EXPECT_EQ(log_.waits.back(), sys::Nanoseconds{0}) << "a continuation is in the run queue";
    EXPECT_EQ(log_.waits.size(), 3U);
}

TEST_F(ReactorOnAScript, DoesNotPollIfNoContinuationWaitsForADescriptor) {
    reactor_.post(reader_);
    reactor_.run_once();
    EXPECT_EQ(reader_.times_resumed(), 1);
    EXPECT_TRUE(log_.waits.empty());
}

}  // namespace
}  // namespace models
