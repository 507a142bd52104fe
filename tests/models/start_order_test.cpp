#include "models/loop/start_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "jobs.h"
#include "sys/clock.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Join;
using tasks::Operation;
using tasks::Result;
using tasks::Spawn;
using tasks::Yield;

// Models that begin tasks in either order.
class StartOrders : public ModelTest {
protected:
    static tasks::Arguments in_order(StartOrder order) {
        return {{std::string{depth_first.name}, order == StartOrder::depth_first ? 1 : 0}};
    }
};

// How many tasks of a tree have begun and not ended.
struct Begun {
    int now = 0;
    int most = 0;
};

// A task with `depth` levels below it, each of three children. A leaf does `leaf` once, which is no Finish, and then
// finishes.
template <class Leaf>
std::unique_ptr<tasks::Task> make_tree(int depth, Begun& begun, Leaf leaf) {
    return make_task([=, &begun, step = 0](Result result) mutable -> Operation {
        if (step == 0) begun.most = std::max(begun.most, ++begun.now);
        const int steps = depth == 0 ? 1 : 4;  // before the end
        if (step++ == steps) {
            --begun.now;
            return Finish{depth == 0 ? 1U : static_cast<std::uint64_t>(result.value)};
        }
        if (depth == 0) return leaf();
        if (step == 4) return Join{};
        return Spawn{make_tree(depth - 1, begun, leaf), true};
    });
}
Operation compute() { return tasks::Compute{}; }
Operation yield() { return Yield{}; }

TEST_P(StartOrders, DepthFirstHasOneTaskOfEachLevel) {
    Begun begun;
    Running running{entry(), 1, [&](std::size_t) { return make_tree(4, begun, &compute); },
                    in_order(StartOrder::depth_first)};
    for (int run = 0; run < 3; ++run) running.run_and_expect([](std::size_t) { return 81; });
    EXPECT_EQ(begun.most, 5);
}

TEST_P(StartOrders, BreadthFirstHasAllTasksOfALevel) {
    Begun begun;
    Running running{entry(), 1, [&](std::size_t) { return make_tree(4, begun, &yield); },
                    in_order(StartOrder::breadth_first)};
    for (int run = 0; run < 3; ++run) running.run_and_expect([](std::size_t) { return 81; });
    EXPECT_EQ(begun.most, 1 + 3 + 9 + 27 + 81);
}

TEST_P(StartOrders, DepthFirstEndsIfTasksYieldAndSleep) {
    Begun begun;
    const auto nap = []() -> Operation { return tasks::Sleep{sys::now() + std::chrono::microseconds{100}}; };
    Running running{
        entry(), 2,
        [&](std::size_t index) { return index == 0 ? make_tree(3, begun, &yield) : make_tree(3, begun, nap); },
        in_order(StartOrder::depth_first)};
    for (int run = 0; run < 3; ++run) running.run_and_expect([](std::size_t) { return 27; });
}

// Tasks that have not begun are destroyed, which the sanitizers see.
TEST_P(StartOrders, DepthFirstPassesAnExceptionOn) {
    Begun begun;
    Running running{
        entry(), 3,
        [&](std::size_t) { return make_tree(3, begun, []() -> Operation { throw std::runtime_error{"it rains"}; }); },
        in_order(StartOrder::depth_first)};
    EXPECT_THROW(running.run(), std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(All, StartOrders, models_that([](const Entry& entry) {
                             return std::ranges::find(entry.parameters, depth_first.name, &tasks::Parameter::name) !=
                                    entry.parameters.end();
                         }),
                         name_of);

}  // namespace
}  // namespace models
