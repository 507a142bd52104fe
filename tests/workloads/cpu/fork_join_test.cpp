#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sys/child_process.h"
#include "sys/memory_usage.h"
#include "sys/shared_memory.h"
#include "tree_driver.h"
#include "workloads/table.h"

namespace workloads {
namespace {

const Entry& entry() { return find("fork_join"); }

tasks::Arguments arguments(std::string_view text) {
    tasks::Arguments all = tasks::complete(entry().parameters, tasks::parse_arguments(text));
    entry().check(all);
    return all;
}
std::unique_ptr<Workload> make(std::string_view text) { return entry().make(arguments(text), {}); }

std::uint64_t fibonacci(std::uint64_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

struct Tree {
    std::string text;
    std::uint64_t value;
    std::size_t tasks;
    std::size_t parents;
};

// Counted without the formulas of the workload.
Tree skynet_of(std::uint64_t leaves) {
    Tree tree{.text = "leaves:" + std::to_string(leaves), .value = 0, .tasks = 0, .parents = 0};
    for (std::uint64_t leaf = 0; leaf < leaves; ++leaf) tree.value += leaf;
    for (std::uint64_t level = leaves; level > 0; level /= 10) {
        tree.tasks += level;
        if (level < leaves) tree.parents += level;
    }
    return tree;
}
std::size_t tasks_of_fib(std::uint64_t n) { return n < 2 ? 1 : 1 + tasks_of_fib(n - 1) + tasks_of_fib(n - 2); }
std::size_t parents_of_fib(std::uint64_t n) { return n < 2 ? 0 : 1 + parents_of_fib(n - 1) + parents_of_fib(n - 2); }

std::vector<Tree> trees() {
    std::vector<Tree> all;
    for (const std::uint64_t leaves : {1U, 10U, 100U, 10'000U}) all.push_back(skynet_of(leaves));
    for (const std::uint64_t n : {1U, 2U, 3U, 4U, 5U, 17U}) {
        all.push_back({"fib:" + std::to_string(n), fibonacci(n), tasks_of_fib(n), parents_of_fib(n)});
    }
    return all;
}

class ForkJoin : public testing::TestWithParam<Tree> {};

TEST_P(ForkJoin, AddsUpItsLeavesInEveryOrder) {
    const auto workload = make(GetParam().text);
    ASSERT_EQ(workload->size(), 1U);
    for (const Order order : {Order::oldest_first, Order::newest_first}) {
        TreeDriver driver{order};
        const tasks::Finish finish = driver.run(workload->make(0));
        EXPECT_EQ(finish.digest, GetParam().value);
        EXPECT_EQ(finish.error, 0);
        EXPECT_EQ(driver.tasks(), GetParam().tasks);
        EXPECT_EQ(driver.parents(), GetParam().parents);
        tasks::Ledger ledger{1};
        ledger.finish(tasks::root(0), finish);
        EXPECT_EQ(workload->verify(ledger).reason, "");
    }
}

TEST_P(ForkJoin, AsksForWhatItNeedsAndCountsAllTasks) {
    const auto workload = make(GetParam().text);
    EXPECT_EQ(workload->demand().tasks_at_once, GetParam().tasks);
    EXPECT_EQ(workload->demand().parents, GetParam().parents);
    EXPECT_EQ(workload->work().units, GetParam().tasks);
}

TEST_P(ForkJoin, IsInvalidWithAnotherSum) {
    const auto workload = make(GetParam().text);
    tasks::Ledger ledger{1};
    ledger.finish(tasks::root(0), {GetParam().value + 1});
    EXPECT_EQ(workload->verify(ledger).reason, "wrong digest from task 0");
}

TEST_P(ForkJoin, IsInvalidIfAChildIsInTheLedger) {
    const auto workload = make(GetParam().text);
    tasks::Ledger ledger{1};
    ledger.finish(tasks::TaskId::spawned, {0});
    ledger.finish(tasks::root(0), {GetParam().value});
    EXPECT_EQ(workload->verify(ledger).reason, "children in the ledger: 1; a child reports to its parent alone");
}

INSTANTIATE_TEST_SUITE_P(All, ForkJoin, testing::ValuesIn(trees()), [](const auto& tree) {
    std::string name = tree.param.text;
    std::erase(name, ':');
    return name;
});

class FailingForkJoin : public testing::TestWithParam<const char*> {};

// The driver checks that a task with children does not finish without a Join.
TEST_P(FailingForkJoin, JoinsItsChildrenBeforeItGivesUpASpawn) {
    const auto workload = make(GetParam());
    for (const Order order : {Order::oldest_first, Order::newest_first}) {
        std::size_t failing = 0;
        for (;; ++failing) {
            TreeDriver driver{order};
            driver.failing_spawn = failing;
            const tasks::Finish finish = driver.run(workload->make(0));
            if (driver.spawns() <= failing) break;
            ASSERT_EQ(finish.error, -TreeDriver::spawn_error) << "spawn " << failing;
            if (failing == 0) {
                EXPECT_EQ(driver.tasks(), 1U) << "without its first child the root does not go on";
                EXPECT_EQ(driver.joins(), 0U);
            }
        }
        EXPECT_EQ(failing, workload->work().units - 1);
    }
}

TEST_P(FailingForkJoin, PassesTheErrorOfAJoinToTheRoot) {
    const auto workload = make(GetParam());
    std::size_t failing = 0;
    for (;; ++failing) {
        TreeDriver driver{Order::oldest_first};
        driver.failing_join = failing;
        const tasks::Finish finish = driver.run(workload->make(0));
        if (driver.joins() <= failing) break;
        ASSERT_EQ(finish.error, -TreeDriver::join_error) << "join " << failing;
    }
    EXPECT_EQ(failing, workload->demand().parents);
}

TEST_P(FailingForkJoin, ReportsTheSpawnThatFailedBeforeTheJoin) {
    const auto workload = make(GetParam());
    TreeDriver counting{Order::oldest_first};
    counting.failing_spawn = 1;  // the second child of the root
    (void)counting.run(workload->make(0));
    TreeDriver driver{Order::oldest_first};
    driver.failing_spawn = 1;
    driver.failing_join = counting.joins() - 1;  // the last one is that of the root
    EXPECT_EQ(driver.run(workload->make(0)).error, -TreeDriver::spawn_error);
}

INSTANTIATE_TEST_SUITE_P(All, FailingForkJoin, testing::Values("leaves:100", "fib:9"),
                         [](const auto& text) { return std::string{text.param}.substr(0, 3); });

TEST(ForkJoinOrder, DecidesHowManyTasksExistAtOnce) {
    const auto workload = make("leaves:10000");
    TreeDriver breadth_first{Order::oldest_first};
    (void)breadth_first.run(workload->make(0));
    EXPECT_EQ(breadth_first.most_alive(), workload->demand().tasks_at_once);
    TreeDriver depth_first{Order::newest_first};
    (void)depth_first.run(workload->make(0));
    EXPECT_EQ(depth_first.most_alive(), 1U + 4 * 10) << "the children of one task on each of four levels";
}

class ForkJoinMemory : public testing::Test {
protected:
    static constexpr std::size_t much = std::size_t{16} << 20;

    void SetUp() override {
        if (!sys::reset_resident_peak()) GTEST_SKIP() << "this system does not let a peak begin again";
    }
    void begin_observed() {
        workload_->observe_next_run();
        workload_->begin();
    }
    static void use_much() {
        const sys::SharedMapping mapping{much};
        std::memset(mapping.data(), 1, much);
    }
    void run() {
        auto root = workload_->make(0);
        TreeDriver driver{Order::newest_first};
        EXPECT_EQ(driver.run(std::move(root)).digest, skynet_of(100).value);
    }

    std::unique_ptr<Workload> workload_ = make("leaves:100");
};

TEST_F(ForkJoinMemory, IsThatOfThePeak) {
    use_much();
    begin_observed();
    use_much();
    run();
    ASSERT_TRUE(workload_->memory());
    EXPECT_EQ(workload_->memory()->when, Memory::When::peak);
    EXPECT_EQ(workload_->memory()->tasks, skynet_of(100).tasks);
    EXPECT_GE(workload_->memory()->process_bytes, static_cast<std::int64_t>(much) * 9 / 10);
    EXPECT_FALSE(workload_->memory()->kernel_bytes) << "nobody knows it";
    EXPECT_EQ(workload_->memory()->noise_bytes, sys::resident_peak_error_bytes());
}

TEST_F(ForkJoinMemory, IsOfNothingBesideTheRun) {
    use_much();
    begin_observed();
    run();
    use_much();
    ASSERT_TRUE(workload_->memory());
    EXPECT_LT(workload_->memory()->process_bytes, static_cast<std::int64_t>(much) / 2);
}

TEST_F(ForkJoinMemory, IsReadInAnObservedRunOnly) {
    workload_->begin();
    run();
    EXPECT_FALSE(workload_->memory());
    begin_observed();
    EXPECT_FALSE(workload_->memory()) << "the run has not ended";
    run();
    EXPECT_TRUE(workload_->memory());
    workload_->begin();
    run();
    EXPECT_FALSE(workload_->memory()) << "only one run is observed";
}

TEST_F(ForkJoinMemory, IsNotReadInAnotherProcess) {
    begin_observed();
    sys::ChildProcess child = sys::ChildProcess::fork([this] { run(); });
    EXPECT_EQ(child.wait(), 0);
    EXPECT_FALSE(workload_->memory()) << "that of this process says nothing of the tasks";
}

TEST(ForkJoinArguments, RefuseLeavesThatAreNoPowerOfTen) {
    for (const char* const leaves : {"2", "9", "11", "20", "101", "500000", "999999", "99999999"}) {
        EXPECT_THROW((void)arguments("leaves:" + std::string{leaves}), std::invalid_argument) << leaves;
    }
    for (const char* const leaves : {"1", "10", "1000000", "100000000"}) {
        EXPECT_NO_THROW((void)arguments("leaves:" + std::string{leaves})) << leaves;
    }
    try {
        (void)arguments("leaves:7");
        FAIL() << "7 leaves were not refused";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(),
                     "argument 'leaves' is 7; it must be a power of ten, because each parent has ten "
                     "children");
    }
}

TEST(ForkJoinArguments, LeaveTheLeavesOutOfAccountForFib) {
    const auto workload = make("leaves:7/fib:10");
    TreeDriver driver{Order::newest_first};
    EXPECT_EQ(driver.run(workload->make(0)).digest, 55U);
}

TEST(ForkJoinArguments, AllowTheLargestTrees) {
    EXPECT_EQ(make("leaves:100000000")->work().units, 111'111'111U);
    EXPECT_EQ(make("fib:40")->work().units, 331'160'281U);
}

}  // namespace
}  // namespace workloads
