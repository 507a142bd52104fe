// Servers that take turns: who is stopped meanwhile, and what the clocks say.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <string>

#include "bench/harness/harness.h"
#include "bench/harness/turns.h"
#include "cpus.h"
#include "simple_workload.h"
#include "sys/child_process.h"
#include "turn_giver.h"

namespace bench {
namespace {

using Rest = sys::ProcessFamily::Rest;
using sys::Nanoseconds;

constexpr std::chrono::milliseconds patience{500};

// The CPU time of this process, for a child that watches it.
Nanoseconds cpu_time_of(pid_t pid) {
    clockid_t clock{};
    sys::check_error(::clock_getcpuclockid(pid, &clock), "clock_getcpuclockid");
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}
void wait_for(Nanoseconds duration) { sys::sleep_until(sys::now() + duration); }

// A try and two recorded turns. `before_first` and `before_others`: the pauses before the turns.
template <class First, class Others>
sys::ChildProcess give_turns(TurnGiver& giver, First before_first, Others before_others) {
    return sys::ChildProcess::fork([&giver, before_first, before_others] {
        (void)giver.hear();
        before_first();
        for (const std::string_view turn : {"try 40", "go 40", "go 60"}) {
            giver.say(turn);
            (void)giver.hear();
            before_others();
        }
        giver.say("end");
    });
}

class TurnWindows : public testing::Test {
protected:
    // Runs the case in the turns that come.
    void run(std::string_view name) {
        harness_.emplace(case_named(name), cpu_plan(), 2, patience, &turns_);
        harness_->prepare();
        harness_->before_run();
        harness_->run();
        EXPECT_EQ(harness_->after_run().reason, "");
        EXPECT_EQ(turns_.failure(), "");
        ASSERT_EQ(harness_->windows()->recorded(), 2U);
    }
    [[nodiscard]] Rest rest() const { return harness_->meter().rest(); }
    void expect_plausible_clocks() const {
        for (std::size_t number = 0; number < 2; ++number) {
            const workloads::Window& window = (*harness_->windows())[number];
            const auto cpus = static_cast<int>(harness_->cpu_split().model.size());
            const Nanoseconds cpu = harness_->meter().model_cpu(number);
            EXPECT_GT(cpu.count(), 0);
            EXPECT_LE(cpu, cpus * (window.closed - window.opened) + 2 * sys::more_than_a_tick());
        }
    }

    TurnGiver giver_;
    Turns turns_{giver_.benchmarks_end(), 2};
    std::optional<Harness> harness_;
};

// The giver lets the first pause last until the model has spun for much longer than a tick. Afterwards the model is
// stopped in each pause, and its clock stands still.
TEST_F(TurnWindows, StopAModelThatSpins) {
    const pid_t model = ::getpid();
    const sys::ChildProcess giving = give_turns(
        giver_,
        [model] {
            const Nanoseconds end = cpu_time_of(model) + 10 * sys::more_than_a_tick();
            while (cpu_time_of(model) < end) wait_for(sys::more_than_a_tick());
        },
        [] { wait_for(4 * sys::more_than_a_tick()); });
    run("echo/nonblocking/connections:4");
    EXPECT_EQ(rest(), Rest::stopped);
    expect_plausible_clocks();
}

TEST_F(TurnWindows, LetAModelSleepThatRests) {
    const auto pause = [] { wait_for(4 * sys::more_than_a_tick()); };
    const sys::ChildProcess giving = give_turns(giver_, pause, pause);
    run("echo/thread_per_task/connections:4");
    EXPECT_EQ(rest(), Rest::slept);
    expect_plausible_clocks();
}

// Here the gates turn in the model itself.
TEST_F(TurnWindows, MayTurnTheGatesInAModelThatSpins) {
    const auto pause = [] { wait_for(4 * sys::more_than_a_tick()); };
    const sys::ChildProcess giving = give_turns(giver_, pause, pause);
    run("ping_pong/nonblocking/pairs:2");
    EXPECT_EQ(rest(), Rest::slept) << "it waits for its turn itself";
    expect_plausible_clocks();
}

// The peer's patience does not count while others take their turns.
TEST_F(TurnWindows, MayWaitLongerThanThePeersPatience) {
    const auto pause = [] { wait_for(2 * patience); };
    const sys::ChildProcess giving = give_turns(giver_, pause, [] {});
    run("echo/epoll/connections:4");
}

TEST(TurnsOfAServer, EndTheRunInOrderIfTheProgramHasGone) {
    TurnGiver giver{"try 40"};
    giver.go_away();
    Turns turns{giver.benchmarks_end(), 2};
    Harness harness{case_named("echo/epoll/connections:4"), cpu_plan(), 2, patience, &turns};
    harness.prepare();
    harness.before_run();
    harness.run();
    EXPECT_EQ(harness.after_run().reason, "");
    EXPECT_TRUE(turns.abandoned());
}

}  // namespace
}  // namespace bench
