// The contract of every model for tasks that wait for their children.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "jobs.h"
#include "models/deadlock.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Join;
using tasks::Operation;
using tasks::Result;
using tasks::Spawn;
using tasks::Yield;

class Joins : public ModelTest {
protected:
    // With a worker more than there are parents, if the model has workers.
    static Running make(std::size_t roots, FunctionJob::Make make_root, std::size_t parents,
                        tasks::Demand shared = {}) {
        shared.parents = parents;
        return {entry(), roots, std::move(make_root), workers_for(entry(), static_cast<std::int64_t>(parents + 1)),
                shared};
    }
};

// A task that spawns `children`, made by `make_child` with their number, joins them and finishes with the sum.
template <class MakeChild>
std::unique_ptr<tasks::Task> make_parent(std::size_t children, MakeChild make_child) {
    return make_task([=, next = std::size_t{0}](Result result) mutable -> Operation {
        if (result.failed()) return Finish{0, result.error()};
        if (next < children) return Spawn{make_child(next++), true};
        if (next++ == children) return Join{};
        return Finish{static_cast<std::uint64_t>(result.value)};
    });
}

TEST_P(Joins, TheSumOfTheChildrenReachesTheirParentAndNotTheLedger) {
    Running running = make(
        2,
        [](std::size_t index) {
            return make_parent(5, [index](std::size_t child) { return make_finished(100 * (index + 1) + child); });
        },
        2);
    for (int run = 0; run < 20; ++run) {
        running.run_and_expect([](std::size_t index) { return 500 * (index + 1) + 10; });
        EXPECT_EQ(running.ledger().spawned_finished(), 0U);
    }
}

// Of a tree with `depth` levels below this task, in which each task that is not a leaf has three children.
std::unique_ptr<tasks::Task> make_tree(int depth) {
    if (depth == 0) return make_finished(1);
    return make_parent(3, [depth](std::size_t) { return make_tree(depth - 1); });
}

TEST_P(Joins, ParentsHaveParents) {
    Running running = make(
        1, [](std::size_t) { return make_tree(4); }, 1 + 3 + 9 + 27);
    for (int run = 0; run < 5; ++run) running.run_and_expect([](std::size_t) { return 81; });
}

TEST_P(Joins, ChildrenThatYieldAndComputeAreAwaited) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_parent(4, [](std::size_t child) {
                return make_task([child, step = 0](Result) mutable -> Operation {
                    if (++step <= 20) return step % 2 == 0 ? Operation{Yield{}} : Operation{tasks::Compute{}};
                    return Finish{child + 1};
                });
            });
        },
        1);
    running.run_and_expect([](std::size_t) { return 10; });
}

TEST_P(Joins, ATaskJoinsAgainAndAgain) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_task([step = 0, sum = std::int64_t{0}](Result result) mutable -> Operation {
                if (result.failed()) return Finish{0, result.error()};
                sum = 10 * sum + result.value;
                switch (step++) {
                    case 0: return Join{};  // no child: 0
                    case 1: return Spawn{make_finished(2), true};
                    case 2: return Join{};
                    case 3: return Join{};  // no child since then: 0
                    case 4: return Spawn{make_finished(3), true};
                    case 5: return Spawn{make_finished(4), true};
                    case 6: return Join{};
                    default: return Finish{static_cast<std::uint64_t>(sum)};
                }
            });
        },
        1);
    running.run_and_expect([](std::size_t) { return 20'007; });
}

TEST_P(Joins, TheSumHas63Bits) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_parent(3, [](std::size_t child) {
                return make_finished(child == 0 ? std::numeric_limits<std::uint64_t>::max() : child + 5);
            });
        },
        1);
    running.run_and_expect([](std::size_t) { return 12; });
}

TEST_P(Joins, ASpawnedTaskThatIsNoChildGoesToTheLedger) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_task([step = 0](Result result) mutable -> Operation {
                switch (step++) {
                    case 0: return Spawn{make_finished(1'000)};
                    case 1: return Spawn{make_finished(7), true};
                    case 2: return Join{};
                    default: return Finish{static_cast<std::uint64_t>(result.value)};
                }
            });
        },
        1);
    running.run_and_expect([](std::size_t) { return 7; });
    EXPECT_EQ(running.ledger().spawned_finished(), 1U);
    EXPECT_EQ(running.ledger().spawned_digest_sum(), 1'000U);
}

TEST_P(Joins, AChildThatFailsFailsTheJoin) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_parent(3, [](std::size_t child) {
                return make_task([child](Result) -> Operation { return Finish{child, child == 1 ? -ENODATA : 0}; });
            });
        },
        1);
    running.run();
    EXPECT_EQ(running.ledger().failures(), 1U);
    EXPECT_EQ(running.ledger().first_error(), -ENODATA);
}

TEST_P(Joins, ATaskMustJoinBeforeItFinishes) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_task([step = 0](Result) mutable -> Operation {
                if (step++ == 0) return Spawn{make_finished(1), true};
                return Finish{1};
            });
        },
        1);
    const std::string thrown = thrown_by(running);
    EXPECT_NE(thrown.find("a task has finished before it joined its children"), std::string::npos) << thrown;
}

// What throws while all others wait for it, or have not begun. Nothing may be left behind, which the sanitizers see.
TEST_P(Joins, AChildThatThrowsEndsTheRun) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_parent(3, [](std::size_t middle) {
                return make_parent(3, [middle](std::size_t child) {
                    return make_task([bad = middle == 1 && child == 1, step = 0](Result) mutable -> Operation {
                        if (++step < 4) return Yield{};
                        if (bad) throw std::runtime_error{"thrown by a child"};
                        return Finish{1};
                    });
                });
            });
        },
        4);
    const std::string thrown = thrown_by(running);
    EXPECT_NE(thrown.find("thrown by a child"), std::string::npos) << thrown;
}

TEST_P(Joins, AParentThatThrowsBeforeItJoinsEndsTheRun) {
    Running running = make(
        2,
        [](std::size_t index) {
            return make_task([index, step = 0](Result) mutable -> Operation {
                if (index == 1) return Finish{0};
                if (step++ < 3) return Spawn{make_tree(1), true};
                throw std::runtime_error{"thrown by a parent"};
            });
        },
        4);
    const std::string thrown = thrown_by(running);
    EXPECT_NE(thrown.find("thrown by a parent"), std::string::npos) << thrown;
}

// A tree whose tasks wait for children only. A model may run it in another way (work_stealing does).
class TreeJob final : public tasks::Job {
public:
    std::size_t size() const override { return 2; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override { return make_tree(3); }
    tasks::Demand demand() const override { return {.tasks_at_once = 2 * 40, .parents = 2 * 13}; }
};

TEST_P(Joins, ATreeOfTasksThatNeverWaitForAnythingElse) {
    const TreeJob job;
    tasks::Ledger ledger{job.size()};
    const auto model = entry().make(job, ledger, tasks::complete(entry().parameters, workers_for(entry(), 27)));
    for (int run = 0; run < 3; ++run) {
        ledger.clear();
        model->run();
        EXPECT_EQ(ledger.digest(0), 27U);
        EXPECT_EQ(ledger.digest(1), 27U);
        EXPECT_EQ(ledger.failures(), 0U);
    }
}

// Task 0 joins a child that waits for an event which nobody announces.
class JoinsAndEvents : public Joins {};

TEST_P(JoinsAndEvents, ADeadlockIsToldWhileAParentWaits) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_parent(2, [](std::size_t child) {
                return make_task([child, step = 0](Result result) mutable -> Operation {
                    if (result.failed()) return Finish{0, result.error()};
                    if (child == 0 || step++ > 0) return Finish{1};
                    return tasks::Await{0};
                });
            });
        },
        2);
    EXPECT_THROW(running.run(), Deadlock);
}

TEST_P(JoinsAndEvents, AChildAnnouncesWhatAnotherAwaits) {
    Running running = make(
        1,
        [](std::size_t) {
            return make_parent(2, [](std::size_t child) {
                return make_task([child, step = 0](Result result) mutable -> Operation {
                    if (result.failed()) return Finish{0, result.error()};
                    if (step++ > 0) return Finish{child + 1};
                    return child == 0 ? Operation{tasks::Await{0}} : Operation{tasks::Announce{0}};
                });
            });
        },
        2);
    for (int run = 0; run < 5; ++run) running.run_and_expect([](std::size_t) { return 3; });
}

// Others refuse a job whose tasks wait for children and for events, or run a child before the parent goes on.
bool joins_beside_events(const Entry& entry) {
    const tasks::Demand demand{.tasks_at_once = 3, .together = 2, .events = 2, .waits_for_spawned = true, .parents = 1};
    return static_cast<bool>(entry.support(demand, tasks::complete(entry.parameters, workers_for(entry, 3))));
}

INSTANTIATE_TEST_SUITE_P(All, Joins, every_model(), name_of);
INSTANTIATE_TEST_SUITE_P(All, JoinsAndEvents, models_that(joins_beside_events), name_of);

}  // namespace
}  // namespace models
