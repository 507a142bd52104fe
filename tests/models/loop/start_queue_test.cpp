#include "models/loop/start_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "continuations.h"

namespace models {
namespace {

// A run queue that runs until nothing is left in it.
class Queue : public RunQueue {
public:
    void run() {
        while (has_posted()) resume_posted();
    }
};

// Begins tasks by their index, as if they were root tasks that never wait.
class StartQueueTest : public testing::Test {
public:
    void begin(std::unique_ptr<tasks::Task>, LoopReportsTo reports_to) {
        const auto index = static_cast<std::size_t>(reports_to.id());
        begun += static_cast<char>('a' + index);
        if (when_begun) when_begun(index);
    }
    [[nodiscard]] RunQueue& run_queue() noexcept { return queue; }

protected:
    void add(std::size_t index) { started.add(nullptr, tasks::root(index)); }

    Queue queue;
    std::string begun;
    std::function<void(std::size_t)> when_begun;
    StartQueue<StartQueueTest> started{*this};
};

TEST_F(StartQueueTest, BreadthFirstIsTheOrderInWhichTheyCame) {
    when_begun = [this](std::size_t index) {
        if (index >= 2) return;
        add(2 * index + 2);
        add(2 * index + 3);
    };
    add(0);
    add(1);
    queue.run();
    EXPECT_EQ(begun, "abcdef");
}

TEST_F(StartQueueTest, DepthFirstBeginsTheNewestOfAll) {
    started.set_order(StartOrder::depth_first);
    when_begun = [this](std::size_t index) {
        if (index >= 2) return;
        add(2 * index + 2);
        add(2 * index + 3);
    };
    add(0);
    add(1);
    queue.run();
    EXPECT_EQ(begun, "bfeadc");
}

TEST_F(StartQueueTest, DepthFirstLetsATaskGoOnBeforeAnotherBegins) {
    started.set_order(StartOrder::depth_first);
    FunctionContinuation parent{[this] { begun += 'P'; }};
    when_begun = [&, this](std::size_t index) {
        if (index == 2) queue.post(parent);
    };
    for (std::size_t index = 0; index < 4; ++index) add(index);
    queue.run();
    EXPECT_EQ(begun, "dcPba");
}

TEST_F(StartQueueTest, StartsAgainAfterItWasEmpty) {
    for (const StartOrder order : {StartOrder::breadth_first, StartOrder::depth_first}) {
        started.set_order(order);
        begun.clear();
        add(0);
        queue.run();
        add(1);
        queue.run();
        EXPECT_EQ(begun, "ab");
    }
}

}  // namespace
}  // namespace models
