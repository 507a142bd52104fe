#include <gtest/gtest.h>

#include <vector>

#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t tasks_count = 3;

class Park : public testing::Test {
protected:
    // Starts all tasks.
    std::vector<Script> start_all() {
        std::vector<Script> scripts;
        for (std::size_t index = 0; index < tasks_count; ++index) scripts.emplace_back(park_->make(index));
        return scripts;
    }
    void finish_all(std::vector<Script>& scripts) {
        for (std::size_t index = 0; index < tasks_count; ++index) {
            scripts[index].answer(0);
            ledger_.finish(tasks::root(index), scripts[index].asked<tasks::Finish>());
        }
    }

    std::unique_ptr<Workload> park_ = find("park").make({{"tasks", tasks_count}}, {});
    tasks::Ledger ledger_{tasks_count};
};

TEST_F(Park, AllWaitUntilTheLastHasStarted) {
    park_->begin();
    std::vector<Script> scripts = start_all();
    EXPECT_EQ(scripts[0].asked<tasks::Await>().event, scripts[2].asked<tasks::Announce>().event);
    EXPECT_TRUE(scripts[1].asks<tasks::Await>());
    finish_all(scripts);
    EXPECT_TRUE(park_->verify(ledger_));
    EXPECT_FALSE(park_->memory()) << "the run was not observed";
}

TEST_F(Park, TheLastReadsTheMemoryWhileTheOthersWait) {
    park_->observe_next_run();
    park_->begin();
    std::vector<Script> scripts = start_all();
    scripts[2].compute();
    EXPECT_TRUE(scripts[2].asks<tasks::Announce>());
    finish_all(scripts);
    EXPECT_TRUE(park_->verify(ledger_));
    ASSERT_TRUE(park_->memory());
    EXPECT_EQ(park_->memory()->tasks, tasks_count);
    EXPECT_EQ(park_->memory()->when, Memory::When::waiting);
    EXPECT_TRUE(park_->memory()->kernel_bytes);

    park_->begin();
    EXPECT_TRUE(start_all()[2].asks<tasks::Announce>()) << "only one run is observed";
}

TEST_F(Park, AsksForAllAtOnce) {
    EXPECT_EQ(park_->demand().together, tasks_count);
    EXPECT_EQ(park_->demand().events, 1U);
}

TEST_F(Park, EndsWithAWaitThatFails) {
    park_->begin();
    std::vector<Script> scripts = start_all();
    scripts[0].answer(-EINTR);
    EXPECT_EQ(scripts[0].asked<tasks::Finish>().error, -EINTR);
}

}  // namespace
}  // namespace workloads
