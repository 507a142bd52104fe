#include "workloads/io/client_pace.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

namespace workloads {
namespace {

using std::chrono::seconds;
using sys::Nanoseconds;

class WindowPaces : public testing::Test {
protected:
    WindowPace pace(std::size_t client, const Arrivals* arrivals = nullptr) {
        return {client, arrivals, *windows_, statistics_};
    }
    void make_windows(std::size_t clients, std::uint64_t units, std::size_t count = 1) {
        windows_.emplace(clients, units);
        windows_->plan(count, nullptr);
        windows_->begin();
    }
    // The client sends its next request, and gets the answer.
    static void serve(WindowPace& client) {
        ASSERT_EQ(client.next(), ClientStep::send);
        client.answered({}, sys::now(), 10);
    }
    static void expect_await(WindowPace& client, int gate) {
        EXPECT_EQ(client.next(), ClientStep::await);
        EXPECT_EQ(client.event(), gate);
    }
    static void expect_turn(WindowPace& client, int gate) {
        EXPECT_EQ(client.next(), ClientStep::turn);
        client.turn();
        EXPECT_EQ(client.next(), ClientStep::announce);
        EXPECT_EQ(client.event(), gate);
    }
    // Opens the first window of clients that have a rate: `client`, which waits at the gate, and all others.
    void open_with(WindowPace& client, std::size_t clients) {
        serve(client);
        expect_await(client, 0);
        for (std::size_t others = clients - 1; others > 0; --others) (void)windows_->arrive({});
        windows_->turn();
    }

    std::optional<Windows> windows_;
    ClientStatistics statistics_;
    const Arrivals each_second_{1, Arrivals::Spacing::even, 1000};
};

TEST_F(WindowPaces, OneClientTurnsEveryGate) {
    make_windows(1, 3, 2);
    WindowPace client = pace(0);
    serve(client);
    expect_turn(client, 0);
    for (int window = 0; window < 2; ++window) {
        for (int unit = 0; unit < 3; ++unit) serve(client);
        expect_turn(client, window + 1);
    }
    EXPECT_EQ(client.next(), ClientStep::finish);
    EXPECT_EQ(windows_->verify("connections").reason, "");
    EXPECT_EQ(windows_->work().units, 6U);
    EXPECT_EQ(windows_->work().bytes, 60U);
    EXPECT_EQ(windows_->units_of(0), 7U);
    EXPECT_EQ(statistics_.latency().count(), 6U) << "the first round is not timed";
    EXPECT_EQ(statistics_.latency_uncorrected().count(), 0U) << "a closed loop has none";
}

TEST_F(WindowPaces, TwoClientsShareTheQuotaAndWaitForEachOther) {
    make_windows(2, 5);
    WindowPace quick = pace(0);
    WindowPace slow = pace(1);
    serve(slow);
    expect_await(slow, 0);
    serve(quick);
    expect_turn(quick, 0);
    // The reserved request, and the three that nobody else draws.
    for (int unit = 0; unit < 4; ++unit) serve(quick);
    expect_await(quick, 1);
    // It learns only now that the window is open. Its reserved request is left.
    serve(slow);
    expect_turn(slow, 1);
    EXPECT_EQ(slow.next(), ClientStep::finish);
    EXPECT_EQ(quick.next(), ClientStep::finish);
    EXPECT_EQ((*windows_)[0].work.units, 5U);
    EXPECT_EQ((*windows_)[0].work.fairness->least, 1U);
    EXPECT_EQ((*windows_)[0].work.fairness->most, 4U);
}

TEST_F(WindowPaces, ClosesTheWindowWithTheLastAnswer) {
    make_windows(2, 2);
    WindowPace clients[] = {pace(0), pace(1)};
    serve(clients[0]);
    expect_await(clients[0], 0);
    serve(clients[1]);
    expect_turn(clients[1], 0);
    const sys::TimePoint opened = windows_->opened();
    for (WindowPace& client : clients) EXPECT_EQ(client.next(), ClientStep::send);
    // The last answer comes to the client that arrives first.
    clients[0].answered(opened, opened + Nanoseconds{90}, 10);
    clients[1].answered(opened + Nanoseconds{10}, opened + Nanoseconds{50}, 10);
    expect_await(clients[0], 1);
    expect_turn(clients[1], 1);
    EXPECT_EQ((*windows_)[0].closed, opened + Nanoseconds{90});
    EXPECT_EQ(statistics_.latency().merged()->max_ns(), 90U);
    EXPECT_EQ(statistics_.latency().merged()->quantile_ns(0), 40U);
}

TEST_F(WindowPaces, OpenLoopSendsRequestNWhenItIsDue) {
    constexpr std::size_t clients = 100;
    make_windows(clients, 1000);
    WindowPace client = pace(60, &each_second_);
    open_with(client, clients);
    const sys::TimePoint opened = windows_->opened();
    EXPECT_EQ(client.next(), ClientStep::sleep);
    EXPECT_EQ(client.until(), opened + seconds{60}) << "the first request of client n is number n";
    serve(client);
    EXPECT_EQ(client.next(), ClientStep::sleep);
    EXPECT_EQ(client.until(), opened + seconds{100}) << "the first number that is drawn";
    (void)windows_->draw();
    serve(client);
    EXPECT_EQ(client.next(), ClientStep::sleep);
    EXPECT_EQ(client.until(), opened + seconds{102});
}

TEST_F(WindowPaces, OpenLoopSendsALateRequestAtOnceAndCountsFromWhenItWasDue) {
    make_windows(2, 4);
    // Request n is due n ns after the window opened: always in the past.
    const Arrivals arrivals{1'000'000'000, Arrivals::Spacing::even, 4};
    WindowPace client = pace(1, &arrivals);
    open_with(client, 2);
    EXPECT_EQ(statistics_.latency().count(), 0U) << "the first round is not timed";
    EXPECT_EQ(statistics_.latency_uncorrected().count(), 0U);
    const sys::TimePoint opened = windows_->opened();
    while (sys::now() < opened + Nanoseconds{10}) {
    }
    EXPECT_EQ(client.next(), ClientStep::send);
    client.answered(opened + Nanoseconds{21}, opened + Nanoseconds{31}, 10);
    EXPECT_EQ(statistics_.latency().merged()->max_ns(), 30U) << "request 1 is due at 1 ns";
    EXPECT_EQ(statistics_.latency_uncorrected().merged()->max_ns(), 10U);
    EXPECT_EQ(client.next(), ClientStep::send);
    client.answered(opened + Nanoseconds{62}, opened + Nanoseconds{102}, 10);
    EXPECT_EQ(statistics_.latency().merged()->max_ns(), 100U) << "request 2 is due at 2 ns";
    EXPECT_EQ(statistics_.latency_uncorrected().merged()->max_ns(), 40U);
    EXPECT_EQ(statistics_.latency().count(), 2U);
    EXPECT_EQ(statistics_.latency_uncorrected().count(), 2U);
}

TEST_F(WindowPaces, OpenLoopFollowsItsArrivals) {
    make_windows(2, 1000);
    const Arrivals arrivals{1, Arrivals::Spacing::exponential, 1000};
    WindowPace client = pace(1, &arrivals);
    open_with(client, 2);
    for (const std::uint64_t number : {1, 2, 3}) {
        EXPECT_EQ(client.next(), ClientStep::sleep);
        EXPECT_EQ(client.until(), windows_->opened() + arrivals.offset(number));
        serve(client);
    }
}

TEST_F(WindowPaces, KnowTheNumbersOfTheirRequests) {
    make_windows(2, 5);
    WindowPace client = pace(1);
    EXPECT_EQ(client.next(), ClientStep::send);
    EXPECT_FALSE(client.number()) << "the first round";
    client.answered({}, sys::now(), 10);
    expect_await(client, 0);
    (void)windows_->arrive({});
    windows_->turn();
    for (const std::uint64_t number : {1, 2, 3}) {
        EXPECT_EQ(client.next(), ClientStep::send);
        EXPECT_EQ(client.number(), number);
        client.answered({}, sys::now(), 10);
    }
}

TEST_F(WindowPaces, RequestsOfAnotherClassAreTimedApart) {
    make_windows(2, 4);
    const Arrivals arrivals{1'000'000'000, Arrivals::Spacing::even, 4};
    for (const Arrivals* const one : {static_cast<const Arrivals*>(nullptr), &arrivals}) {
        make_windows(2, 4);
        WindowPace client = pace(1, one);
        open_with(client, 2);
        const sys::TimePoint opened = windows_->opened();
        while (sys::now() < opened + Nanoseconds{10}) {
        }
        EXPECT_EQ(client.next(), ClientStep::send);
        client.answered(opened, opened + Nanoseconds{90}, 10, RequestClass::other);
        EXPECT_EQ(windows_->units_of(1), 2U) << "it is a unit like the others";
    }
    EXPECT_EQ(statistics_.latency_of_others().count(), 2U);
    EXPECT_EQ(statistics_.latency_of_others().merged()->max_ns(), 90U);
    EXPECT_EQ(statistics_.latency_of_others().merged()->quantile_ns(0), 89U) << "from when it was due";
    EXPECT_EQ(statistics_.latency().count(), 0U);
    EXPECT_EQ(statistics_.latency_uncorrected().count(), 0U);
}

TEST_F(WindowPaces, TheFirstRoundOfAnOpenLoopDoesNotWait) {
    make_windows(100, 100);
    WindowPace client = pace(99, &each_second_);
    EXPECT_EQ(client.next(), ClientStep::send);
}

TEST_F(WindowPaces, AFailureInTheFirstRoundEndsAll) {
    make_windows(3, 9);
    WindowPace waiting = pace(0);
    WindowPace failing = pace(1);
    WindowPace sending = pace(2);
    serve(waiting);
    expect_await(waiting, 0);
    EXPECT_EQ(sending.next(), ClientStep::send);
    EXPECT_TRUE(failing.fail());
    EXPECT_EQ(failing.event(), 0) << "it announces the gate at which the others wait";
    EXPECT_EQ(waiting.next(), ClientStep::finish);
    sending.answered({}, sys::now(), 10);
    expect_await(sending, 0);  // announced already
    EXPECT_EQ(sending.next(), ClientStep::finish);
    EXPECT_EQ(windows_->verify("connections").reason,
              "1 of 3 connections got no answer in the first round, before the window opens");
}

TEST_F(WindowPaces, AFailureInAWindowEndsAll) {
    make_windows(3, 9, 2);
    WindowPace clients[] = {pace(0), pace(1), pace(2)};
    for (WindowPace& client : clients) serve(client);
    expect_await(clients[0], 0);
    expect_await(clients[1], 0);
    expect_turn(clients[2], 0);
    serve(clients[2]);
    EXPECT_EQ(clients[1].next(), ClientStep::send);
    EXPECT_TRUE(clients[1].fail());
    EXPECT_EQ(clients[1].event(), 1);
    EXPECT_EQ(clients[0].next(), ClientStep::finish) << "it was told that the window is open, but too late";
    expect_await(clients[2], 1);
    EXPECT_EQ(clients[2].next(), ClientStep::finish);
    EXPECT_EQ(windows_->verify("connections").reason, "2 of 3 connections got no answer in window 1");
}

TEST_F(WindowPaces, ThreadsServeEachUnitOfEachWindow) {
    constexpr std::size_t clients = 4;
    constexpr std::uint64_t units = 1000;
    constexpr std::size_t count = 5;
    make_windows(clients, units, count);
    // What Await and Announce are in a model of threads.
    std::vector<std::atomic<bool>> events(count + 1);
    const auto live = [&](std::size_t number) {
        WindowPace client = pace(number);
        for (;;) {
            const ClientStep step = client.next();
            const auto event = static_cast<std::size_t>(client.event());
            switch (step) {
                case ClientStep::send: client.answered({}, sys::now(), 1); break;
                case ClientStep::await: events[event].wait(false); break;
                case ClientStep::announce:
                    events[event] = true;
                    events[event].notify_all();
                    break;
                case ClientStep::turn: client.turn(); break;
                case ClientStep::sleep: return;
                case ClientStep::finish: return;
            }
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t number = 0; number < clients; ++number) threads.emplace_back(live, number);
    threads.clear();
    EXPECT_EQ(windows_->verify("connections").reason, "");
    for (std::size_t window = 0; window < count; ++window) {
        EXPECT_EQ((*windows_)[window].work.units, units);
        EXPECT_GE((*windows_)[window].work.fairness->least, 1U);
    }
    EXPECT_EQ(statistics_.latency().count(), count * units);
}

TEST(FixedPace, SendsItsRequestsAndFinishes) {
    ClientStatistics statistics;
    FixedPace pace{2, statistics};
    const sys::TimePoint sent = sys::now();
    for (int request = 0; request < 2; ++request) {
        EXPECT_EQ(pace.next(), ClientStep::send);
        pace.answered(sent, sent + Nanoseconds{30}, 10);
    }
    EXPECT_EQ(pace.next(), ClientStep::finish);
    EXPECT_EQ(statistics.work().units, 2U);
    EXPECT_EQ(statistics.work().bytes, 20U);
    EXPECT_EQ(statistics.latency().count(), 2U);
    EXPECT_EQ(statistics.latency().merged()->max_ns(), 30U);
    EXPECT_FALSE(pace.fail()) << "nobody waits for it";
}

}  // namespace
}  // namespace workloads
