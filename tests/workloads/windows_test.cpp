#include "workloads/windows.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "sys/child_process.h"

namespace workloads {
namespace {

using sys::Nanoseconds;

// A gatekeeper that writes down what it sees.
class Notes final : public Gatekeeper {
public:
    // Set before the first gate; a gatekeeper is planned before the windows are used.
    const Windows* windows = nullptr;
    std::vector<std::size_t> gates;  // the windows that were recorded before each
    std::vector<sys::TimePoint> left;
    bool was_open = false;

    std::optional<NextWindow> at_gate(const Gate& gate) override {
        gates.push_back(gate.recorded);
        was_open = was_open || windows->is_open();
        const sys::TimePoint entered = sys::now();
        while (sys::now() == entered) {
        }
        left.push_back(sys::now());
        if (gate.recorded == windows->planned()) return std::nullopt;
        return NextWindow{windows->nominal_units()};
    }
};

// All participants arrive, and the last one turns the gate. Returns the gate's number.
std::size_t pass_gate(Windows& windows, std::size_t participants, sys::TimePoint last_answer = {}) {
    std::size_t gate = 0;
    for (std::size_t i = 0; i < participants; ++i) {
        const Windows::Arrival arrival = windows.arrive(last_answer);
        EXPECT_EQ(arrival.last, i + 1 == participants);
        gate = arrival.gate;
    }
    windows.turn();
    return gate;
}
// Each participant does its share of units.
void serve(Windows& windows, std::initializer_list<int> shares) {
    std::size_t participant = 0;
    for (const int share : shares) {
        for (int unit = 0; unit < share; ++unit) windows.done(participant, 10);
        ++participant;
    }
}
// Begins a run, and opens its first window.
void open_first(Windows& windows, std::initializer_list<int> first_round) {
    windows.begin();
    serve(windows, first_round);
    (void)pass_gate(windows, first_round.size());
}

TEST(Windows, LieBetweenTheGates) {
    Windows windows{3, 10};
    Notes notes;
    notes.windows = &windows;
    windows.plan(2, &notes);
    EXPECT_EQ(windows.planned(), 2U);
    windows.begin();
    EXPECT_FALSE(windows.is_open()) << "the first round is not timed";
    EXPECT_EQ(pass_gate(windows, 3), 0U);
    EXPECT_TRUE(windows.is_open());
    EXPECT_EQ(pass_gate(windows, 3), 1U);
    EXPECT_TRUE(windows.is_open());
    EXPECT_EQ(pass_gate(windows, 3), 2U);
    EXPECT_FALSE(windows.is_open()) << "there is no window after the last one";
    EXPECT_EQ(notes.gates, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_FALSE(notes.was_open) << "no window is open while the gatekeeper reads";
    EXPECT_EQ(windows.verify("connections").reason, "");
}

// A gatekeeper that gives the orders of a list.
class Orders final : public Gatekeeper {
public:
    explicit Orders(std::vector<NextWindow> orders) : orders_{std::move(orders)} {}
    const Windows* windows = nullptr;
    std::vector<Gate> gates;
    bool was_at_gate = true;

    std::optional<NextWindow> at_gate(const Gate& gate) override {
        was_at_gate = was_at_gate && windows->is_turning();
        gates.push_back(gate);
        return gates.size() <= orders_.size() ? std::optional{orders_[gates.size() - 1]} : std::nullopt;
    }

private:
    std::vector<NextWindow> orders_;
};

TEST(Windows, HaveTheQuotaThatTheGatekeeperOrders) {
    Windows windows{3, 10};
    Orders orders{{{.units = 5}, {.units = 12}, {.units = 1}}};
    orders.windows = &windows;
    windows.plan(3, &orders);
    open_first(windows, {1, 1, 1});
    // One for each is reserved; a quota of one unit is raised to that.
    for (const int left : {2, 9, 0}) {
        ASSERT_TRUE(windows.is_open());
        for (int unit = 0; unit < left; ++unit) EXPECT_TRUE(windows.draw());
        EXPECT_FALSE(windows.draw());
        serve(windows, {left + 1, 1, 1});
        (void)pass_gate(windows, 3);
    }
    EXPECT_FALSE(windows.is_open());
    EXPECT_EQ(windows.verify("connections").reason, "");
    ASSERT_EQ(windows.recorded(), 3U);
    EXPECT_EQ(windows[0].work.units, 5U);
    EXPECT_EQ(windows[0].work.fairness->most, 3U);
    EXPECT_EQ(windows[1].work.units, 12U);
    EXPECT_EQ(windows[2].work.units, 3U);
    EXPECT_EQ(windows.work().units, 20U);
    EXPECT_EQ(windows.units_of(0), 1U + 3 + 10 + 1);
}

TEST(Windows, ForgetTheFiguresThatAreNotRecorded) {
    Windows windows{2, 10};
    Orders orders{{{.units = 4, .recorded = false}, {.units = 6}, {.units = 8, .recorded = false}, {.units = 2}}};
    orders.windows = &windows;
    windows.plan(2, &orders, 2);
    EXPECT_EQ(windows.gates(), 5U);
    open_first(windows, {1, 1});
    for (const int units : {4, 6, 8, 2}) {
        serve(windows, {units - 1, 1});
        (void)pass_gate(windows, 2, windows.opened() + Nanoseconds{units});
    }
    EXPECT_EQ(windows.verify("connections").reason, "");
    ASSERT_EQ(windows.recorded(), 2U);
    EXPECT_EQ(windows[0].work.units, 6U);
    EXPECT_EQ(windows[1].work.units, 2U);
    EXPECT_EQ(windows.work().units, 8U);
    EXPECT_EQ(windows.work().bytes, 80U);
    EXPECT_DOUBLE_EQ(windows.work().fairness->jain, (36.0 / (2 * 26) + 1.0) / 2);
    EXPECT_EQ(windows.progress(), 22U) << "all units, because all digests are verified";
}

TEST(Windows, TellTheGatekeeperWhatTheLastOneTook) {
    Windows windows{1, 10};
    Orders orders{{{.units = 4, .recorded = false}, {.units = 6}}};
    orders.windows = &windows;
    windows.plan(1, &orders, 1);
    EXPECT_FALSE(windows.is_turning());
    open_first(windows, {1});
    EXPECT_FALSE(windows.is_turning());
    for (const int units : {4, 6}) {
        serve(windows, {units});
        (void)pass_gate(windows, 1, windows.opened() + Nanoseconds{units});
    }
    EXPECT_TRUE(orders.was_at_gate);
    ASSERT_EQ(orders.gates.size(), 3U);
    EXPECT_FALSE(orders.gates[0].closed);
    EXPECT_FALSE(orders.gates[1].closed->recorded);
    EXPECT_EQ(orders.gates[1].closed->work.units, 4U);
    EXPECT_EQ(orders.gates[1].recorded, 0U);
    EXPECT_TRUE(orders.gates[2].closed->recorded);
    EXPECT_EQ(orders.gates[2].closed->closed - orders.gates[2].closed->opened, Nanoseconds{6});
    EXPECT_EQ(orders.gates[2].recorded, 1U);
}

TEST(Windows, NeedNoGatekeeper) {
    Windows windows{1, 1};
    EXPECT_EQ(windows.planned(), 1U);
    open_first(windows, {1});
    EXPECT_TRUE(windows.is_open());
}

TEST(Windows, OpenWhenTheGatekeeperHasReturned) {
    Windows windows{1, 1};
    Notes notes;
    notes.windows = &windows;
    windows.plan(2, &notes);
    for (std::size_t window = 0; window < 2; ++window) {
        window == 0 ? open_first(windows, {1}) : (void)pass_gate(windows, 1, windows.opened());
        EXPECT_GE(windows.opened(), notes.left[window]);
    }
    const sys::TimePoint opened = windows.opened();
    (void)pass_gate(windows, 1, opened + Nanoseconds{5});
    EXPECT_EQ(windows[1].opened, opened);
}

TEST(Windows, CloseWithTheLastUnit) {
    Windows windows{3, 10};
    windows.plan(2, nullptr);
    open_first(windows, {1, 1, 1});
    const sys::TimePoint opened = windows.opened();
    // Not always the participant that arrives last did the last unit.
    for (const int ns : {3, 7, 5}) (void)windows.arrive(opened + Nanoseconds{ns});
    windows.turn();
    EXPECT_EQ(windows[0].opened, opened);
    EXPECT_EQ(windows[0].closed, opened + Nanoseconds{7});
    const sys::TimePoint last = windows.opened() + Nanoseconds{2};
    (void)pass_gate(windows, 3, last);
    EXPECT_EQ(windows[1].closed, last);
}

TEST(Windows, DrawEachUnitOfTheQuotaOnceButNotTheFirstOfEachParticipant) {
    Windows windows{3, 7};
    windows.plan(2, nullptr);
    open_first(windows, {1, 1, 1});
    for (int window = 0; window < 2; ++window) {
        for (std::uint64_t number = 3; number <= 6; ++number) EXPECT_EQ(windows.draw(), number);
        EXPECT_EQ(windows.draw(), std::nullopt);
        EXPECT_EQ(windows.draw(), std::nullopt);
        (void)pass_gate(windows, 3);
    }
}

TEST(Windows, LetThreadsDrawEachUnitOnce) {
    constexpr std::size_t threads = 4;
    constexpr std::uint64_t units = 20'000;
    Windows windows{threads, units};
    open_first(windows, {1, 1, 1, 1});
    std::vector<std::atomic<int>> drawn(units);
    {
        std::vector<std::jthread> drawing;
        for (std::size_t i = 0; i < threads; ++i) {
            drawing.emplace_back([&, i] {
                while (const auto number = windows.draw()) {
                    ++drawn[*number];
                    windows.done(i, 1);
                }
            });
        }
    }
    for (std::uint64_t number = 0; number < units; ++number) {
        EXPECT_EQ(drawn[number], number < threads ? 0 : 1) << number;
    }
    EXPECT_EQ(windows.progress(), units) << "the first round, and all units but the reserved ones";
}

TEST(Windows, MayHaveNoMoreThanTheFirstUnits) {
    Windows windows{3, 3};
    open_first(windows, {1, 1, 1});
    EXPECT_EQ(windows.draw(), std::nullopt);
}

TEST(Windows, CountTheWorkOfEachWindowWithoutTheFirstRound) {
    Windows windows{4, 8};
    windows.plan(2, nullptr);
    open_first(windows, {1, 1, 1, 1});
    serve(windows, {2, 2, 2, 2});
    (void)pass_gate(windows, 4);
    serve(windows, {1, 2, 4, 1});
    (void)pass_gate(windows, 4);
    EXPECT_EQ(windows[0].work.units, 8U);
    EXPECT_EQ(windows[0].work.bytes, 80U);
    ASSERT_TRUE(windows[0].work.fairness);
    EXPECT_EQ(windows[0].work.fairness->least, 2U);
    EXPECT_EQ(windows[0].work.fairness->most, 2U);
    EXPECT_DOUBLE_EQ(windows[0].work.fairness->jain, 1.0);
    ASSERT_TRUE(windows[1].work.fairness);
    EXPECT_EQ(windows[1].work.fairness->least, 1U);
    EXPECT_EQ(windows[1].work.fairness->most, 4U);
    const double unequal = 64.0 / (4.0 * 22.0);
    EXPECT_DOUBLE_EQ(windows[1].work.fairness->jain, unequal);

    EXPECT_EQ(windows.work().units, 16U);
    EXPECT_EQ(windows.work().bytes, 160U);
    EXPECT_EQ(windows.work().fairness->least, 3U);
    EXPECT_EQ(windows.work().fairness->most, 6U);
    EXPECT_DOUBLE_EQ(windows.work().fairness->jain, (1.0 + unequal) / 2);
    EXPECT_EQ(windows.progress(), 20U);
    EXPECT_EQ(windows.units_of(0), 4U);
    EXPECT_EQ(windows.units_of(2), 7U);
}

TEST(Windows, AreTheSameInTheNextRun) {
    Windows windows{2, 4};
    windows.plan(2, nullptr);
    open_first(windows, {1, 1});
    serve(windows, {1, 1});
    (void)windows.draw();
    (void)windows.arrive(windows.opened() + std::chrono::hours{1});
    (void)windows.fail();
    open_first(windows, {1, 1});
    EXPECT_EQ(windows.progress(), 2U);
    EXPECT_EQ(windows.units_of(0), 1U);
    EXPECT_TRUE(windows.is_open());
    EXPECT_EQ(windows.draw(), 2U);
    serve(windows, {3, 1});
    const sys::TimePoint last = windows.opened() + Nanoseconds{9};
    EXPECT_EQ(pass_gate(windows, 2, last), 1U);
    EXPECT_EQ(windows[0].work.units, 4U);
    EXPECT_EQ(windows[0].work.bytes, 40U);
    EXPECT_EQ(windows[0].closed, last);
}

TEST(Windows, StayClosedAfterAFailure) {
    Windows windows{2, 10};
    windows.plan(3, nullptr);
    open_first(windows, {1, 1});
    EXPECT_TRUE(windows.draw());
    EXPECT_EQ(windows.fail(), 1U) << "the others wait at the gate after the first window";
    EXPECT_FALSE(windows.is_open());
    EXPECT_EQ(windows.draw(), std::nullopt);
    // The failed participant may have arrived before.
    (void)pass_gate(windows, 2);
    EXPECT_FALSE(windows.is_open());
}

TEST(Windows, FailInTheFirstRound) {
    Windows windows{2, 10};
    windows.begin();
    EXPECT_EQ(windows.fail(), 0U);
    EXPECT_FALSE(windows.arrive({}).last) << "the failed participant does not arrive";
}

TEST(Windows, SayWhoWasNotServedAndWhen) {
    Windows windows{5, 10};
    windows.plan(2, nullptr);
    windows.begin();
    EXPECT_EQ(windows.verify("connections").reason,
              "5 of 5 connections got no answer in the first round, before the window opens");
    serve(windows, {1, 1, 0, 1, 1});
    EXPECT_EQ(windows.verify("connections").reason,
              "1 of 5 connections got no answer in the first round, before the window opens");
    open_first(windows, {1, 1, 1, 1, 1});
    serve(windows, {6, 0, 1, 0, 1});
    EXPECT_EQ(windows.verify("connections").reason, "2 of 5 connections got no answer in window 1");
    serve(windows, {0, 1, 0, 1, 0});
    EXPECT_EQ(windows.verify("pairs").reason, "pairs failed in window 1") << "each was served, but one did not arrive";
    (void)pass_gate(windows, 5);
    EXPECT_EQ(windows.verify("pairs").reason, "5 of 5 pairs got no answer in window 2");
    (void)pass_gate(windows, 5);
    EXPECT_EQ(windows.verify("pairs").reason, "");
}

TEST(Windows, WaitForTheSilentOnesAtTheFirstGateOnly) {
    Windows windows{2, 5, {.silent = 3}};
    windows.plan(2, nullptr);
    windows.begin();
    serve(windows, {1, 1, 1, 1, 0});
    EXPECT_EQ(windows.verify("connections").reason,
              "1 of 5 connections got no answer in the first round, before the window opens");
    serve(windows, {0, 0, 0, 0, 1});
    EXPECT_EQ(pass_gate(windows, 5), 0U);
    for (int window = 0; window < 2; ++window) {
        // The first units of the two that take part are not drawn, and the silent ones have none.
        for (std::uint64_t number = 2; number <= 4; ++number) EXPECT_EQ(windows.draw(), number);
        EXPECT_EQ(windows.draw(), std::nullopt);
        EXPECT_EQ(windows.verify("connections").reason.substr(0, 6), "2 of 2");
        serve(windows, {4, 1});
        (void)pass_gate(windows, 2);
        EXPECT_EQ(windows[static_cast<std::size_t>(window)].work.units, 5U);
        EXPECT_EQ(windows[static_cast<std::size_t>(window)].work.fairness->least, 1U);
        EXPECT_DOUBLE_EQ(windows[static_cast<std::size_t>(window)].work.fairness->jain, 25.0 / (2 * 17));
    }
    EXPECT_EQ(windows.verify("connections").reason, "");
    EXPECT_EQ(windows.units_of(4), 1U);
    windows.done(4, 10);
    EXPECT_EQ(windows.units_of(4), 2U) << "the last round";
    EXPECT_EQ(windows.work().units, 10U);
}

TEST(Windows, AreSharedWithOtherProcesses) {
    Windows windows{2, 6};
    windows.begin();
    serve(windows, {1, 1});
    (void)windows.arrive({});
    const sys::TimePoint last = sys::now() + std::chrono::hours{1};
    auto child = sys::ChildProcess::fork([&] {
        if (!windows.arrive({}).last) throw std::logic_error{"the parent's arrival was not counted"};
        windows.turn();
        serve(windows, {2, 4});
        (void)windows.draw();
        (void)windows.arrive(last);
    });
    ASSERT_EQ(child.wait(), 0);
    EXPECT_TRUE(windows.is_open());
    EXPECT_EQ(windows.draw(), 3U);
    const Windows::Arrival arrival = windows.arrive(windows.opened());
    EXPECT_TRUE(arrival.last);
    EXPECT_EQ(arrival.gate, 1U);
    // The window can also be closed, and read, by another process than the one that opened it.
    auto closing = sys::ChildProcess::fork([&] { windows.turn(); });
    ASSERT_EQ(closing.wait(), 0);
    EXPECT_EQ(windows.verify("connections").reason, "");
    EXPECT_EQ(windows[0].closed, last);
    EXPECT_EQ(windows[0].work.units, 6U);
    EXPECT_EQ(windows.work().fairness->most, 4U);
    EXPECT_EQ(windows.units_of(1), 5U);
}

TEST(Windows, AttendantsComeToTheGatesAndDoNoUnits) {
    Windows windows{2, 3, {.attendants = 1}};
    windows.plan(1, nullptr);
    windows.begin();
    EXPECT_EQ(pass_gate(windows, 3), 0U);
    EXPECT_FALSE(windows.is_used_up());
    EXPECT_TRUE(windows.draw());
    EXPECT_TRUE(windows.is_used_up());
    serve(windows, {2, 1});
    const sys::TimePoint last = sys::now();
    EXPECT_FALSE(windows.arrive(last).last);
    EXPECT_FALSE(windows.arrive({}).last) << "the attendant";
    EXPECT_FALSE(windows.all_arrived());
    EXPECT_TRUE(windows.arrive({}).last);
    EXPECT_TRUE(windows.all_arrived());
    windows.turn();
    EXPECT_EQ(windows.verify("connections").reason, "");
    EXPECT_EQ(windows[0].closed, last);
    EXPECT_EQ(windows.work().units, 3U);
    EXPECT_EQ(windows.work().fairness->least, 1U) << "of the participants";
}

TEST(Windows, AQuotaOfFirstUnitsAloneIsUsedUpAtOnce) {
    Windows windows{2, 2};
    windows.plan(1, nullptr);
    windows.begin();
    (void)pass_gate(windows, 2);
    EXPECT_TRUE(windows.is_used_up());
}

}  // namespace
}  // namespace workloads
