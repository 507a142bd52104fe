// Many tasks: libgomp then runs a new one at once, inside of the task that spawns it.
#include <stdexcept>

#include "faults/fault_test.h"

namespace models {
namespace {

using tasks::Operation;
using tasks::Result;

// More than a team of two queues.
constexpr int many = 300;

class OpenMp : public FaultTest {
protected:
    // Root 1 has one of the two threads, and throws when root 0 has spawned all tasks. Root 0 spawns `make_spawned`(n),
    // and then waits for ever.
    template <class MakeSpawned>
    static std::string message_of_run(MakeSpawned make_spawned) {
        Running running{entry(), 2, [&](std::size_t index) -> std::unique_ptr<tasks::Task> {
                            if (index == 1) {
                                return make_task([asked = false](Result) mutable -> Operation {
                                    if (std::exchange(asked, true)) throw std::runtime_error{"it rains"};
                                    return tasks::Await{0};
                                });
                            }
                            return make_task([&, spawned = 0](Result) mutable -> Operation {
                                if (spawned < many) return tasks::Spawn{make_spawned(spawned++)};
                                if (spawned++ == many) return tasks::Announce{0};
                                return tasks::Sleep{sys::now() + std::chrono::hours{1}};
                            });
                        }};
        return message_of([&] { running.run(); });
    }
};

TEST_P(OpenMp, CallsBackATaskInsideOfWhichAnotherHasRun) {
    std::atomic<int> finished = 0;
    EXPECT_EQ(message_of_run([&](int) {
                  return make_task([&](Result) -> Operation {
                      ++finished;
                      return tasks::Finish{1};
                  });
              }),
              "it rains");
    EXPECT_GT(finished.load(), 0) << "no task has run inside of root 0: both threads were busy";
}

TEST_P(OpenMp, EndsTheTaskInsideOfWhichAnotherThrows) {
    EXPECT_EQ(message_of_run([&](int number) {
                  return make_task([number](Result) -> Operation {
                      if (number == many - 1) throw std::runtime_error{"it snows"};
                      return tasks::Finish{1};
                  });
              }),
              "it snows");
}

TEST_P(OpenMp, RefusesManyTasksThatWaitForOneAnother) {
    const auto reason = [](const tasks::Demand& demand) {
        return entry().support(demand, tasks::complete(entry().parameters, {})).reason;
    };
    EXPECT_EQ(reason({.tasks_at_once = 126, .together = 2}), "");
    EXPECT_EQ(reason({.tasks_at_once = 126, .waits_for_spawned = true}), "");
    EXPECT_EQ(reason({.tasks_at_once = 127}), "");
    for (const tasks::Demand& demand :
         {tasks::Demand{.tasks_at_once = 127, .together = 2}, {.tasks_at_once = 127, .waits_for_spawned = true}}) {
        EXPECT_EQ(reason(demand),
                  "127 tasks, of which some wait for one another: if a team of 2 has more than 126, libgomp may run a "
                  "task inside of the one that it waits for");
    }
}

INSTANTIATE_TEST_SUITE_P(All, OpenMp, models_that([](const Entry& entry) { return entry.name == "openmp"; }), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OpenMp);

}  // namespace
}  // namespace models
