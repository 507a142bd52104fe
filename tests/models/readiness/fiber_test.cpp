// The stacks of fiber and boost_fiber.
#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <string>

#include "jobs.h"
#include "sys/limits.h"
#include "sys/sanitizer.h"
#include "sys/stack_pool.h"

namespace models {
namespace {

class Fibers : public ModelTest {};

// Writes to all of its local variables, which are `bytes` large; the compiler cannot leave them out.
template <std::size_t bytes>
std::uint64_t use_locals() {
    volatile unsigned char locals[bytes];
    for (std::size_t i = 0; i < bytes; ++i) locals[i] = 1;
    return locals[0];
}

// Three tasks that wait for one another; the middle one needs `bytes` of stack while the others wait.
template <std::size_t bytes>
void run_with_locals(const Entry& entry) {
    Running running{entry, 3, [](std::size_t index) {
                        return make_task([index, step = 0](tasks::Result) mutable -> tasks::Operation {
                            if (step++ == 0) return tasks::Yield{};
                            return tasks::Finish{index == 1 ? use_locals<bytes>() : 1};
                        });
                    }};
    running.run_and_expect([](std::size_t) { return 1; });
}

TEST_P(Fibers, HaveRoomForTheLocalsOfTheirTasks) { run_with_locals<std::size_t{32} * 1024>(entry()); }

TEST_P(Fibers, EndTheProgramIfATaskNeedsMoreThanItsStack) {
    if (sys::is_sanitized) GTEST_SKIP() << "the sanitizer handles the signal";
    EXPECT_EXIT(run_with_locals<std::size_t{70} * 1024>(entry()), testing::KilledBySignal(SIGSEGV), "")
        << "the task wrote over its neighbour's stack";
}

TEST_P(Fibers, AreRefusedIfTheirGuardsNeedMoreMappingsThanThereMayBe) {
    const std::string refusal =
        entry().support({.tasks_at_once = sys::mapping_limit()}, tasks::complete(entry().parameters, {})).reason;
    if (sys::best_stack_guard() == sys::StackGuard::madvise) {
        EXPECT_EQ(refusal, "") << "such guards need no mappings";
    } else {
        EXPECT_NE(refusal.find("mappings with the guards of its stacks, the limit is"), std::string::npos) << refusal;
    }
}

INSTANTIATE_TEST_SUITE_P(All, Fibers, models_that([](const Entry& entry) { return entry.family == Family::fibers; }),
                         name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Fibers);

TEST(EnoughMappings, CountsThoseThatThereAre) {
    const std::size_t limit = sys::mapping_limit();
    EXPECT_TRUE(enough_mappings(0));
    EXPECT_TRUE(enough_mappings(10));
    EXPECT_TRUE(enough_mappings(limit).reason.ends_with(
        "mappings with the guards of its stacks, the limit is " + std::to_string(limit) +
        ": raise vm.max_map_count (Linux 6.13 has guards that need none)"));
}

}  // namespace
}  // namespace models
