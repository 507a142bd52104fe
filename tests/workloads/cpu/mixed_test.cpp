#include <gtest/gtest.h>

#include "script.h"
#include "workloads/integer_work.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::int64_t work_us = 3;
constexpr std::chrono::microseconds wait{7};

// The windows, failures and digests of all its tasks together: coordination/gated_test.cpp.
class Mixed : public testing::Test {
protected:
    static std::unique_ptr<Workload> make(int tasks_count, std::int64_t work) {
        return find("mixed").make(
            {{"tasks", tasks_count}, {"wait_us", wait.count()}, {"work_us", work}, {"operations", 8}}, {});
    }
    // Does the operation that the task has begun.
    static void operate(Script& task) {
        task.answer(0);
        task.compute();
    }
};

TEST_F(Mixed, WaitsAndThenComputes) {
    const auto mixed = make(2, work_us);
    mixed->begin();
    const sys::TimePoint before = sys::now();
    Script task{mixed->make(1)};
    EXPECT_GE(task.asked<tasks::Sleep>().until, before + wait);
    EXPECT_LE(task.asked<tasks::Sleep>().until, sys::now() + wait);
    task.answer(0);
    EXPECT_TRUE(task.asks<tasks::Compute>());
    EXPECT_EQ(mixed->windows()->progress(), 0U);
    task.compute();
    EXPECT_EQ(mixed->windows()->progress(), 1U);
    EXPECT_TRUE(task.asks<tasks::Sleep>()) << "it rests: the other task has not arrived";
}

TEST_F(Mixed, DoesNotComputeWithoutWork) {
    const auto mixed = make(2, 0);
    mixed->begin();
    Script task{mixed->make(0)};
    task.answer(0);
    EXPECT_TRUE(task.asks<tasks::Sleep>());
    EXPECT_EQ(mixed->windows()->progress(), 1U);
}

TEST_F(Mixed, TheLastToArriveTurnsTheGateWhileTheOthersRest) {
    const auto mixed = make(2, work_us);
    mixed->begin();
    Script first{mixed->make(0)};
    operate(first);
    first.answer(0);
    EXPECT_TRUE(first.asks<tasks::Sleep>()) << "no window is open yet";
    Script last{mixed->make(1)};
    operate(last);
    ASSERT_TRUE(last.asks<tasks::Compute>());
    EXPECT_FALSE(mixed->windows()->is_open());
    last.compute();
    EXPECT_TRUE(mixed->windows()->is_open());
    EXPECT_TRUE(last.asks<tasks::Sleep>()) << "its first operation in the window";
    EXPECT_EQ(mixed->windows()->progress(), 2U) << "to turn a gate is no operation";
    first.answer(0);
    operate(first);
    EXPECT_EQ(mixed->windows()->progress(), 3U) << "it has seen that the window is open";
}

TEST_F(Mixed, FinishesWithWhatItComputed) {
    const auto mixed = make(1, work_us);
    mixed->begin();
    Script task{mixed->make(0)};
    std::uint64_t operations = 0;
    while (!task.asks<tasks::Finish>()) {
        task.answer(0);
        task.compute();
        // The last operation in a window is followed by the turn of a gate.
        operations = mixed->windows()->progress();
        if (task.asks<tasks::Compute>()) task.compute();
    }
    EXPECT_EQ(operations, 1U + 8U) << "the first round, and one window";
    EXPECT_EQ(task.asked<tasks::Finish>().digest, tasks::mix(tasks::mix(0, 9), 9 * integer_work(work_us)));
}

TEST_F(Mixed, AreInvalidIfNobodyDidAnything) {
    const auto mixed = make(2, work_us);
    mixed->begin();
    tasks::Ledger ledger{2};
    for (std::size_t index = 0; index < 2; ++index)
        ledger.finish(tasks::root(index), {tasks::mix(tasks::mix(index, 0), 0)});
    EXPECT_EQ(mixed->verify(ledger).reason, "2 of 2 tasks got no answer in the first round, before the window opens");
}

}  // namespace
}  // namespace workloads
