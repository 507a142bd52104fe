#include <gtest/gtest.h>

#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

using std::chrono::microseconds;

constexpr int tasks_count = 4;
constexpr int naps = 3;

// A task fails if it is resumed before the end of its nap, so these tests really sleep.
class Timers : public testing::Test {
protected:
    static std::unique_ptr<Workload> make(int nap_us) {
        return find("timers").make({{"tasks", tasks_count}, {"naps", naps}, {"nap_us", nap_us}}, {});
    }
    static void sleep(Script& script) {
        sys::sleep_until(script.asked<tasks::Sleep>().until);
        script.answer(0);
    }
    static void run_all(const Workload& timers, tasks::Ledger& ledger) {
        for (std::size_t index = 0; index < tasks_count; ++index) {
            Script script{timers.make(index)};
            while (!script.asks<tasks::Finish>()) sleep(script);
            ledger.finish(tasks::root(index), script.asked<tasks::Finish>());
        }
    }
};

TEST_F(Timers, SleepInARowThatDoesNotDrift) {
    const auto timers = make(2);
    for (std::size_t index = 0; index < tasks_count; ++index) {
        const microseconds nap{index == 2 ? 3 : 2};
        const sys::TimePoint before = sys::now();
        Script script{timers->make(index)};
        const sys::TimePoint first = script.asked<tasks::Sleep>().until;
        EXPECT_GE(first, before + nap);
        EXPECT_LE(first, sys::now() + nap);
        for (int i = 1; i < naps; ++i) {
            sleep(script);
            // Counted from the deadline before, even if the task was late.
            EXPECT_EQ(script.asked<tasks::Sleep>().until, first + i * nap);
        }
        sleep(script);
        EXPECT_EQ(script.asked<tasks::Finish>().error, 0);
    }
    EXPECT_EQ(timers->latency()->count(), static_cast<std::uint64_t>(tasks_count * naps));
}

TEST_F(Timers, SayThatTheySleep) { EXPECT_TRUE(make(2)->demand().sleeps); }

TEST_F(Timers, FailIfTheyAreResumedEarly) {
    const auto timers = make(10'000'000);
    Script script{timers->make(0)};
    script.answer(0);
    EXPECT_EQ(script.asked<tasks::Finish>().error, -ETIME);
    EXPECT_EQ(timers->latency()->count(), 0U);
}

TEST_F(Timers, EndWithTheErrorOfAnyStep) {
    const auto timers = make(1);
    EXPECT_EQ(fail_each_step([&] { return timers->make(0); }, [](Script& script, int) { sleep(script); }, EINTR), naps);
}

TEST_F(Timers, AreValidWhenAllHaveSlept) {
    const auto timers = make(1);
    tasks::Ledger ledger{tasks_count};
    timers->begin();
    run_all(*timers, ledger);
    EXPECT_EQ(timers->verify(ledger).reason, "");
    EXPECT_EQ(timers->work().units, static_cast<std::uint64_t>(tasks_count * naps));
    EXPECT_FALSE(timers->work().fairness);
    EXPECT_TRUE(timers->make_peer(1).empty());
}

TEST_F(Timers, AreInvalidIfNapsAreMissing) {
    const auto timers = make(1);
    tasks::Ledger ledger{tasks_count};
    run_all(*timers, ledger);
    tasks::Ledger wrong{tasks_count};
    for (std::size_t index = 0; index < tasks_count; ++index) {
        // The last task has the digest that is right after one nap less.
        const std::uint64_t digest = index == 3 ? tasks::mix(tasks::mix(0, index), index) : ledger.digest(index);
        wrong.finish(tasks::root(index), {digest});
    }
    EXPECT_EQ(timers->verify(wrong).reason, "wrong digest from task 3");
    ledger.finish(tasks::root(1), {ledger.digest(1)});
    EXPECT_EQ(timers->verify(ledger).reason, "task 1 finished 2 times");
}

}  // namespace
}  // namespace workloads
