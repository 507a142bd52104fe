#include <gtest/gtest.h>

#include "script.h"
#include "workloads/table.h"

namespace workloads {
namespace {

TEST(Noop, FinishesAtOnceWithADigestOfItsOwn) {
    const auto noop = find("noop").make({{"tasks", 3}}, {});
    tasks::Ledger ledger{3};
    for (std::size_t index = 0; index < 3; ++index) {
        Script script{noop->make(index)};
        ledger.finish(tasks::root(index), script.asked<tasks::Finish>());
    }
    EXPECT_TRUE(noop->verify(ledger));
    EXPECT_NE(ledger.digest(0), ledger.digest(1));
    EXPECT_EQ(noop->work().units, 3U);
    EXPECT_EQ(noop->demand().tasks_at_once, 3U);
}

}  // namespace
}  // namespace workloads
