#include "workloads/workload.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <stdexcept>

namespace workloads {
namespace {

TEST(Verdict, IsValidWithoutAReason) {
    EXPECT_TRUE(Verdict::valid());
    EXPECT_FALSE(Verdict::invalid("wrong"));
    EXPECT_EQ(Verdict::invalid("wrong").reason, "wrong");
}

TEST(VerifyFinished, NeedsEveryRootTaskExactlyOnce) {
    tasks::Ledger ledger{3};
    ledger.finish(tasks::root(0), {1});
    ledger.finish(tasks::root(2), {1});
    EXPECT_EQ(verify_finished(ledger).reason, "task 1 finished 0 times");
    ledger.finish(tasks::root(1), {1});
    EXPECT_TRUE(verify_finished(ledger));
    ledger.finish(tasks::root(2), {1});
    EXPECT_EQ(verify_finished(ledger).reason, "task 2 finished 2 times");
}

TEST(VerifyFinished, SaysHowManyTasksFailedAndTheFirstError) {
    tasks::Ledger ledger{2};
    ledger.finish(tasks::root(0), {0, -ENOENT});
    ledger.finish(tasks::root(1), {0, -EPIPE});
    ledger.finish(tasks::TaskId::spawned, {0, -EPIPE});
    EXPECT_EQ(verify_finished(ledger).reason, "3 tasks failed, the first with: No such file or directory");
}

TEST(VerifyFinished, OfNoRootsIsValid) { EXPECT_TRUE(verify_finished(tasks::Ledger{0})); }

TEST(VerifyDigests, ComparesEveryOne) {
    tasks::Ledger ledger{3};
    for (std::size_t index = 0; index < 3; ++index) ledger.finish(tasks::root(index), {10 * index});
    EXPECT_TRUE(verify_digests(ledger, [](std::size_t index) { return 10 * index; }));
    EXPECT_EQ(verify_digests(ledger, [](std::size_t index) { return index == 2 ? 21 : 10 * index; }).reason,
              "wrong digest from task 2");
    // A task that did not finish is found before the digests are compared.
    tasks::Ledger empty{1};
    EXPECT_EQ(verify_digests(empty, [](std::size_t) { return 0U; }).reason, "task 0 finished 0 times");
}

TEST(RequireOneForEach, SaysWhatIsTooSmall) {
    EXPECT_NO_THROW(require_one_for_each({{"requests", 5}, {"connections", 5}}, "requests", "connections"));
    try {
        require_one_for_each({{"requests", 4}, {"connections", 5}}, "requests", "connections");
        FAIL() << "require_one_for_each() did not throw";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "argument 'requests' is 4, the total of all connections; it must be at least 5");
    }
}

}  // namespace
}  // namespace workloads
