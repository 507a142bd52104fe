#include <gtest/gtest.h>

#include <algorithm>

#include "jobs.h"
#include "models/table.h"
#include "sys/limits.h"
#include "sys/stack_pool.h"

namespace models {
namespace {

class SupportOf : public ModelTest {
protected:
    static std::string reason(tasks::Demand demand) {
        return entry().support(demand, tasks::complete(entry().parameters, {})).reason;
    }
};

TEST_P(SupportOf, TakesASmallJob) {
    EXPECT_EQ(reason({0, 0}), "");
    EXPECT_EQ(reason({10, 1}), "");
}

TEST_P(SupportOf, RefusesMoreDescriptorsThanTheLimit) {
    const std::size_t limit = sys::raise_descriptor_limit();
    // All descriptors belong to one task, so that they are too many for every model.
    const std::string refusal = reason({1, limit});
    EXPECT_NE(refusal.find("descriptor"), std::string::npos) << refusal;
    // If the model itself could hold them, the refusal names the limit of the process and the way out.
    if (!takes_high_descriptors(entry())) return;
    EXPECT_NE(refusal.find("descriptors, the limit is " + std::to_string(limit) + ": raise it with ulimit -Hn"),
              std::string::npos)
        << refusal;
}

TEST_P(SupportOf, RefusesMoreTasksThanProcessesIfEachNeedsOne) {
    const std::string refusal = reason({std::size_t{1} << 40, 0});
    // Models with a thread or process for each task, not pools.
    const bool one_for_each = entry().tasks_at_once == nullptr;
    if (one_for_each && entry().family == Family::threads) {
        EXPECT_TRUE(refusal.starts_with("needs 1099511627776 threads, the limit is ")) << refusal;
    } else if (one_for_each && entry().family == Family::processes) {
        EXPECT_TRUE(refusal.starts_with("needs 1099511627776 processes, the limit is ")) << refusal;
    } else if (entry().family == Family::fibers && sys::best_stack_guard() == sys::StackGuard::mprotect) {
        EXPECT_NE(refusal.find("mappings"), std::string::npos) << refusal;
    } else {
        EXPECT_EQ(refusal, "");
    }
}

TEST_P(SupportOf, RefusesMoreWaitingTasksThanItHoldsAtOnce) {
    const std::string refusal = reason({.tasks_at_once = 3,
                                        .descriptors_per_task = 0,
                                        .descriptors_lent = 0,
                                        .together = 3,
                                        .together_in_calls = 3,
                                        .together_are = {},
                                        .events = 1});
    const auto arguments = tasks::complete(entry().parameters, {});
    const std::size_t at_once = entry().tasks_at_once == nullptr ? 3 : entry().tasks_at_once(arguments);
    if (!entry().shares_events) {
        EXPECT_TRUE(
            refusal.ends_with("events, semaphores or channels, which do not cross from one loop to another here"))
            << refusal;
    } else if (at_once < 3) {
        EXPECT_EQ(refusal,
                  "3 tasks wait for one another, and only " + std::to_string(at_once) + " can be under way at once");
    } else {
        EXPECT_EQ(refusal, "");
    }
}

// A parent that waits for its children holds a worker, beside the tasks that wait for one another.
TEST(SupportOfThreadPool, CountsTheWorkersThatParentsHold) {
    const auto pool = std::ranges::find(table(), "thread_pool", &Entry::name);
    const auto refuses = [&](std::size_t parents, std::int64_t workers) {
        const tasks::Demand demand{.tasks_at_once = 4, .together = 2, .events = 1, .parents = parents};
        return !(*pool)->support(demand, tasks::complete((*pool)->parameters, workers_for(**pool, workers)));
    };
    EXPECT_FALSE(refuses(0, 2));
    EXPECT_TRUE(refuses(1, 2));
    EXPECT_FALSE(refuses(1, 3));
    EXPECT_TRUE(refuses(2, 3));
}

// A pool that parks a task while it waits for another one needs no worker for it.
TEST_P(SupportOf, HoldsAnyNumberOfTasksThatWaitByOperationsIfItParksThem) {
    const std::string refusal = reason({.tasks_at_once = 3, .together = 3, .semaphores = {{1, 1, 3}}});
    if (entry().name == "parking_pool") {
        EXPECT_EQ(refusal, "");
    } else if (!runs_two_at_once(entry())) {
        EXPECT_NE(refusal, "");
    }
}

TEST_P(SupportOf, RefusesMoreConnectionsThanItKeepsOpen) {
    const std::string refusal =
        reason({.tasks_at_once = 4, .together = 3, .together_in_calls = 3, .together_are = "connections"});
    const auto arguments = tasks::complete(entry().parameters, {});
    const std::size_t at_once = entry().tasks_at_once == nullptr ? 3 : entry().tasks_at_once(arguments);
    EXPECT_EQ(refusal,
              at_once < 3 ? "keeps " + std::to_string(at_once) + " of the 3 connections open that are needed" : "");
}

TEST_P(SupportOf, NeedsAFreeWorkerForSpawnedTasks) {
    EXPECT_EQ(reason({.tasks_at_once = 1, .staying = 1}), "");
    EXPECT_EQ(reason({.tasks_at_once = 2, .staying = 2}),
              entry().queues_spawned ? "2 root tasks occupy workers until the tasks that they spawned end: "
                                       "needs 3 workers, there are 2"
                                     : "");
}

INSTANTIATE_TEST_SUITE_P(All, SupportOf, every_model(), name_of);

TEST(EnoughDescriptors, CountsOpenDescriptors) {
    const std::size_t limit = sys::raise_descriptor_limit();
    const std::size_t open = sys::open_descriptors();
    EXPECT_TRUE(enough_descriptors(0));
    EXPECT_TRUE(enough_descriptors(limit - open - 16));
    EXPECT_FALSE(enough_descriptors(limit - open - 15));
}

TEST(EnoughMemory, IsRefusedWhereTheyDoNotFit) {
    const std::size_t available = sys::available_memory();
    EXPECT_TRUE(enough_memory(1, process_bytes_least, "processes"));
    const Support refused = enough_memory(2 * (available / process_bytes_least), process_bytes_least, "processes");
    EXPECT_FALSE(refused);
    EXPECT_NE(refused.reason.find("processes need"), std::string::npos) << refused.reason;
    EXPECT_NE(refused.reason.find("MiB are available"), std::string::npos) << refused.reason;
}

TEST(EnoughProcesses, NamesWhatIsMissing) {
    const std::size_t limit = sys::process_limit();
    if (limit < 300) GTEST_SKIP() << "hardly any process is allowed";
    EXPECT_TRUE(enough_processes(limit - 256, "threads"));
    EXPECT_EQ(enough_processes(limit - 255, "threads").reason,
              "needs " + std::to_string(limit - 255) + " threads, the limit is " + std::to_string(limit) +
                  " (ulimit -u, kernel.pid_max, kernel.threads-max, pids.max)");
}

TEST(Support, FirstRefusalWins) {
    EXPECT_TRUE(first_refusal({}));
    EXPECT_TRUE(first_refusal({Support::yes(), Support::yes()}));
    EXPECT_EQ(first_refusal({Support::yes(), Support::no("why"), Support::no("another")}).reason, "why");
}

TEST(Support, IsYesWithoutAReason) {
    EXPECT_TRUE(Support::yes());
    EXPECT_FALSE(Support::no("why"));
}

}  // namespace
}  // namespace models
