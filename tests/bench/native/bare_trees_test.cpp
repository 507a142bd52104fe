// The controls of fork_join. The matrix runs one small tree; here are both kinds, of several sizes.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/native/controls.h"
#include "workloads/table.h"

namespace bench {
namespace {

// The controls of this build.
std::vector<const models::Entry*> controls_of_trees() {
    std::vector<const models::Entry*> found;
    for (const models::Entry* const control : native_controls()) {
        if (workload_of_control(*control) == "fork_join" && control->make != nullptr) found.push_back(control);
    }
    return found;
}

std::unique_ptr<workloads::Workload> tree(std::string_view arguments) {
    const workloads::Entry& entry = workloads::find("fork_join");
    return entry.make(tasks::complete(entry.parameters, tasks::parse_arguments(arguments)), {});
}

class BareTree : public testing::TestWithParam<const models::Entry*> {};

TEST_P(BareTree, HasTheSumThatTheWorkloadExpects) {
    for (const char* const arguments :
         {"leaves:10", "leaves:100", "leaves:10000", "fib:2", "fib:3", "fib:4", "fib:18"}) {
        const auto workload = tree(arguments);
        ASSERT_TRUE(GetParam()->support(workload->demand(), {})) << arguments;
        tasks::Ledger ledger{workload->size()};
        const auto control = GetParam()->make(*workload, ledger, {});
        for (int run = 0; run < 2; ++run) {
            ledger.clear();
            control->run();
            EXPECT_EQ(workload->verify(ledger).reason, "") << arguments << ", run " << run;
        }
    }
}

TEST_P(BareTree, RefusesARootWithoutChildren) {
    for (const char* const arguments : {"leaves:1", "fib:1"}) {
        EXPECT_FALSE(GetParam()->support(tree(arguments)->demand(), {})) << arguments;
    }
}

// Three children: neither of the trees.
class Triplets final : public tasks::Job {
public:
    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override { return nullptr; }
    tasks::Demand demand() const override { return {.tasks_at_once = 4, .parents = 1}; }
};

TEST_P(BareTree, RunsNoOtherTree) {
    const Triplets triplets;
    tasks::Ledger ledger{1};
    const auto control = GetParam()->make(triplets, ledger, {});
    EXPECT_THROW(control->run(), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Native, BareTree, testing::ValuesIn(controls_of_trees()),
                         [](const auto& control) { return std::string{control.param->name}; });

}  // namespace
}  // namespace bench
