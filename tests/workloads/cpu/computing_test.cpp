// primes, mandelbrot and switching: tasks that compute.
#include <gtest/gtest.h>

#include "script.h"
#include "workloads/integer_work.h"
#include "workloads/table.h"

namespace workloads {
namespace {

void finish_all(const Workload& workload, tasks::Ledger& ledger) {
    for (std::size_t index = 0; index < workload.size(); ++index) {
        Script script{workload.make(index)};
        while (!script.asks<tasks::Finish>()) script.asks<tasks::Compute>() ? script.compute() : script.answer(0);
        ledger.finish(tasks::root(index), script.asked<tasks::Finish>());
    }
}

class Computing : public testing::TestWithParam<const Entry*> {
protected:
    std::unique_ptr<Workload> workload_ =
        GetParam()->make(tasks::complete(GetParam()->parameters, tasks::parse_arguments(GetParam()->smoke)), {});
    tasks::Ledger ledger_{workload_->size()};
};

TEST_P(Computing, IsValidWhenAllHaveComputed) {
    workload_->begin();
    finish_all(*workload_, ledger_);
    EXPECT_EQ(workload_->verify(ledger_).reason, "");
    EXPECT_GT(workload_->work().units, 0U);
    EXPECT_EQ(workload_->work().bytes, 0U);
    EXPECT_FALSE(workload_->work().fairness);
    EXPECT_EQ(workload_->latency(), nullptr);
    EXPECT_TRUE(workload_->make_peer(1).empty());
    EXPECT_EQ(workload_->demand().tasks_at_once, workload_->size());
    EXPECT_EQ(workload_->demand().descriptors_per_task, 0U);
}

TEST_P(Computing, IsInvalidIfATaskIsMissing) {
    finish_all(*workload_, ledger_);
    const std::size_t last = workload_->size() - 1;
    tasks::Ledger missing{workload_->size()};
    for (std::size_t index = 0; index < last; ++index) missing.finish(tasks::root(index), {ledger_.digest(index)});
    EXPECT_EQ(workload_->verify(missing).reason, "task " + std::to_string(last) + " finished 0 times");
}

TEST_P(Computing, IsInvalidIfATaskFinishedTwice) {
    finish_all(*workload_, ledger_);
    ledger_.finish(tasks::root(0), {ledger_.digest(0)});
    EXPECT_EQ(workload_->verify(ledger_).reason, "task 0 finished 2 times");
}

TEST_P(Computing, IsInvalidIfADigestIsWrong) {
    finish_all(*workload_, ledger_);
    ASSERT_GE(workload_->size(), 2U);
    tasks::Ledger wrong{workload_->size()};
    for (std::size_t index = 0; index < workload_->size(); ++index) {
        wrong.finish(tasks::root(index), {ledger_.digest(index) + (index == 1 ? 1 : 0)});
    }
    EXPECT_EQ(workload_->verify(wrong).reason, "wrong digest from task 1");
}

TEST_P(Computing, IsInvalidIfNoTaskComputed) {
    for (std::size_t index = 0; index < workload_->size(); ++index) {
        Script script{workload_->make(index)};
        while (!script.asks<tasks::Finish>()) script.answer(0);
        ledger_.finish(tasks::root(index), script.asked<tasks::Finish>());
    }
    EXPECT_FALSE(workload_->verify(ledger_));
}

TEST_P(Computing, DigestsDifferFromTaskToTask) {
    finish_all(*workload_, ledger_);
    for (std::size_t index = 1; index < workload_->size(); ++index) {
        EXPECT_NE(ledger_.digest(index), ledger_.digest(index - 1)) << "a model that confuses two tasks would pass";
    }
}

INSTANTIATE_TEST_SUITE_P(All, Computing, testing::Values(&find("primes"), &find("mandelbrot"), &find("switching")),
                         [](const auto& entry) { return std::string{entry.param->name}; });

TEST(Primes, ComputeOnceAndFinish) {
    const auto primes = find("primes").make({{"tasks", 2}, {"grain_us", 30}}, {});
    Script script{primes->make(1)};
    script.compute();
    EXPECT_EQ(script.asked<tasks::Finish>().digest, tasks::mix(1, integer_work(30)));
}

TEST(Switching, YieldsBetweenTheSlices) {
    constexpr std::int64_t slices = 5;
    const auto switching = find("switching").make({{"tasks", 2}, {"work_us", 50}, {"slices", slices}}, {});
    Script script{switching->make(1)};
    for (std::int64_t slice = 0; slice < slices; ++slice) {
        script.compute();
        if (slice + 1 == slices) break;
        ASSERT_TRUE(script.asks<tasks::Yield>()) << slice;
        script.answer(0);
    }
    EXPECT_EQ(script.asked<tasks::Finish>().digest, tasks::mix(1, slices * integer_work(10)));
    EXPECT_EQ(switching->work().units, 2U * slices);
}

TEST(Switching, HasSlicesOfOneUnitAtTheLeast) {
    const auto switching = find("switching").make({{"tasks", 1}, {"work_us", 3}, {"slices", 4}}, {});
    tasks::Ledger ledger{1};
    finish_all(*switching, ledger);
    EXPECT_EQ(ledger.digest(0), tasks::mix(0, 4 * integer_work(1)));
    EXPECT_EQ(switching->verify(ledger).reason, "");
}

TEST(Mandelbrot, DoesEveryRowOnceWithAnyNumberOfTasks) {
    // The sum of the digests is the same for every number of tasks.
    const auto total = [](std::int64_t cut_into) {
        const auto picture = find("mandelbrot").make({{"rows", 11}, {"tasks", cut_into}}, {});
        tasks::Ledger ledger{picture->size()};
        finish_all(*picture, ledger);
        std::uint64_t sum = 0;
        for (std::size_t index = 0; index < picture->size(); ++index) sum += ledger.digest(index);
        return sum;
    };
    const std::uint64_t whole = total(1);
    for (const std::int64_t cut_into : {2, 3, 7, 11, 20}) EXPECT_EQ(total(cut_into), whole) << cut_into;
}

}  // namespace
}  // namespace workloads
