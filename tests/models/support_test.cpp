#include <gtest/gtest.h>

#include <algorithm>

#include "jobs.h"
#include "models/table.h"
#include "sys/limits.h"

namespace models {
namespace {

class SupportOf : public ModelTest {
protected:
    static std::string reason(tasks::Demand demand) {
        return entry().support(demand, tasks::complete(entry().parameters, {})).reason;
    }
};

TEST_P(SupportOf, ASmallJobIsGiven) {
    EXPECT_EQ(reason({0, 0}), "");
    EXPECT_EQ(reason({10, 1}), "");
}

TEST_P(SupportOf, MoreDescriptorsThanThereAreIsNot) {
    const std::size_t limit = sys::raise_descriptor_limit();
    // Of one task, so that it is too many for every model.
    const std::string refusal = reason({1, limit});
    if (entry().name == "select") {
        EXPECT_NE(refusal.find("does not fit FD_SETSIZE 1024"), std::string::npos) << refusal;
    } else {
        EXPECT_NE(refusal.find("descriptors, the limit is " + std::to_string(limit) + ": raise it with ulimit -Hn"),
                  std::string::npos)
            << refusal;
    }
}

TEST_P(SupportOf, MoreTasksThanThereCanBeProcessesDependsOnTheCarrier) {
    const std::string refusal = reason({std::size_t{1} << 40, 0});
    if (entry().name == "thread_per_task") {
        EXPECT_TRUE(refusal.starts_with("needs 1099511627776 threads, the limit is ")) << refusal;
    } else if (entry().name == "process_per_task") {
        EXPECT_TRUE(refusal.starts_with("needs 1099511627776 processes, the limit is ")) << refusal;
    } else {
        EXPECT_EQ(refusal, "");
    }
}

TEST_P(SupportOf, MoreTasksThatWaitForOneAnotherThanItHoldsAtOnceIsNot) {
    const std::string refusal =
        reason({.tasks_at_once = 3, .descriptors_per_task = 0, .descriptors_lent = 0, .together = 3, .events = 1});
    const std::string_view name = entry().name;
    if (name == "serial") {
        EXPECT_EQ(refusal, "3 tasks wait for one another, and only 1 can be under way at once");
    } else if (has_a_loop_in_each(name)) {
        EXPECT_TRUE(refusal.ends_with("events, which do not cross from one loop to another here")) << refusal;
    } else if (name == "thread_pool" || name == "work_stealing" || name == "process_pool") {
        EXPECT_EQ(refusal, "3 tasks wait for one another, and only 2 can be under way at once");
    } else {
        EXPECT_EQ(refusal, "");
    }
}

TEST_P(SupportOf, RootsThatStayLeaveAWorkerToWhatTheySpawn) {
    EXPECT_EQ(reason({.tasks_at_once = 1, .staying = 1}), "");
    const std::string_view name = entry().name;
    // Serial and process_pool run what is spawned where it is spawned; the others have nobody who could be missing.
    const bool queues = name == "thread_pool" || name == "work_stealing";
    EXPECT_EQ(reason({.tasks_at_once = 2, .staying = 2}),
              queues ? "2 tasks stay, and what they spawn waits for a worker: needs 3 workers, there are 2" : "");
}

INSTANTIATE_TEST_SUITE_P(All, SupportOf, every_model(), name_of);

TEST(LibuvSupport, CountsTheSecondDescriptorOfEachThatATaskUses) {
    const auto found = std::ranges::find(table(), std::string_view{"libuv"}, &Entry::name);
    if (found == table().end()) GTEST_SKIP() << "this build has not that library";
    const std::size_t limit = sys::raise_descriptor_limit();
    EXPECT_TRUE((*found)->support({.tasks_at_once = limit / 4, .descriptors_per_task = 1}, {}));
    EXPECT_FALSE((*found)->support({.tasks_at_once = limit * 3 / 4, .descriptors_per_task = 1}, {}));
    EXPECT_FALSE((*found)->support({.tasks_at_once = 2, .descriptors_per_task = 0, .descriptors_lent = limit}, {}));
}

TEST(SelectSupport, EndsAtFdSetsize) {
    const auto reason = [](std::size_t connections) { return find("select").support({connections, 1}, {}).reason; };
    EXPECT_EQ(reason(900), "");
    EXPECT_NE(reason(1024), "");
    // The highest that is taken leaves room for what is open already.
    std::size_t most = 900;
    while (reason(most + 1).empty()) ++most;
    EXPECT_LE(most + sys::open_descriptors(), 1024U);
    const std::string refusal = reason(most + 1);
    EXPECT_EQ(refusal, "select: descriptor 1024 does not fit FD_SETSIZE 1024");
}

TEST(EnoughDescriptors, CountsWhatIsOpen) {
    const std::size_t limit = sys::raise_descriptor_limit();
    const std::size_t open = sys::open_descriptors();
    EXPECT_TRUE(enough_descriptors(0));
    EXPECT_TRUE(enough_descriptors(limit - open - 16));
    EXPECT_FALSE(enough_descriptors(limit - open - 15));
}

TEST(EnoughProcesses, NamesWhatIsMissing) {
    const std::size_t limit = sys::process_limit();
    if (limit < 300) GTEST_SKIP() << "hardly any process is allowed";
    EXPECT_TRUE(enough_processes(limit - 256, "threads"));
    EXPECT_EQ(enough_processes(limit - 255, "threads").reason,
              "needs " + std::to_string(limit - 255) + " threads, the limit is " + std::to_string(limit) +
                  " (ulimit -u, kernel.pid_max, kernel.threads-max, pids.max)");
}

TEST(Support, IsYesWithoutAReason) {
    EXPECT_TRUE(Support::yes());
    EXPECT_FALSE(Support::no("why"));
}

}  // namespace
}  // namespace models
