#include "models/loop/join_counter.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <stdexcept>

#include "models/loop/reports_to.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Result;

// A carrier that counts.
struct Parent final : Continuation {
    void resume() override { ++resumed; }
    void drop() noexcept { ++dropped; }
    int resumed = 0;
    int dropped = 0;
};

template <class Counter>
class JoinCounters : public testing::Test {};
using Counters = testing::Types<LocalJoinCounter, SharedJoinCounter>;
TYPED_TEST_SUITE(JoinCounters, Counters);

TYPED_TEST(JoinCounters, TheLastChildGetsTheParentAndTheSum) {
    TypeParam counter;
    Parent parent;
    Result result{-1};
    for (int i = 0; i < 3; ++i) counter.child_begins();
    EXPECT_FALSE(counter.child_ends({.digest = 5}));
    EXPECT_FALSE(counter.join(parent, result));
    EXPECT_FALSE(counter.child_ends({.digest = 6}));
    EXPECT_EQ(counter.child_ends({.digest = 7}), &parent);
    EXPECT_EQ(result, Result{18});
    EXPECT_EQ(parent.resumed, 0) << "that is for the caller";
}

TYPED_TEST(JoinCounters, AJoinAfterAllHaveEndedDoesNotWait) {
    TypeParam counter;
    Parent parent;
    Result result{-1};
    EXPECT_TRUE(counter.join(parent, result));
    EXPECT_EQ(result, Result{0});
    for (int round = 1; round <= 2; ++round) {
        for (int i = 0; i < 2; ++i) counter.child_begins();
        for (int i = 0; i < 2; ++i) EXPECT_FALSE(counter.child_ends({.digest = static_cast<std::uint64_t>(round)}));
        EXPECT_TRUE(counter.join(parent, result));
        EXPECT_EQ(result, Result{2 * round});
    }
}

TYPED_TEST(JoinCounters, AChildMayEndBeforeItIsCounted) {
    TypeParam counter;
    Parent parent;
    Result result{-1};
    EXPECT_FALSE(counter.child_ends({.digest = 5}));
    counter.child_begins();
    counter.child_begins();
    EXPECT_FALSE(counter.join(parent, result));
    EXPECT_EQ(counter.child_ends({.digest = 6}), &parent);
    EXPECT_EQ(result, Result{11});
}

TYPED_TEST(JoinCounters, AFailureIsTheResultOfOneJoin) {
    TypeParam counter;
    Parent parent;
    Result result;
    counter.child_begins();
    EXPECT_FALSE(counter.child_ends({.digest = 1, .error = -EIO}));
    EXPECT_TRUE(counter.join(parent, result));
    EXPECT_EQ(result.error(), -EIO);
    counter.child_begins();
    EXPECT_FALSE(counter.child_ends({.digest = 1}));
    EXPECT_TRUE(counter.join(parent, result));
    EXPECT_EQ(result, Result{1});
}

TYPED_TEST(JoinCounters, KnowsChildrenThatWereNotJoined) {
    TypeParam counter;
    EXPECT_NO_THROW(counter.require_joined());
    counter.child_begins();
    EXPECT_THROW(counter.require_joined(), std::logic_error);
}

template <class Counter>
class OwnersOfParents : public testing::Test {
protected:
    tasks::Ledger ledger{1};
    Parent parent;
    Result result;
};
TYPED_TEST_SUITE(OwnersOfParents, Counters);

TYPED_TEST(OwnersOfParents, ReportToTheLedgerOrToTheParent) {
    using Owner = OwnsParent<TypeParam, Parent>;
    OwningChildren<TypeParam> children;
    Owner root{tasks::root(0)};
    Owner spawned{tasks::TaskId::spawned};
    Owner child{children.child_begins()};
    EXPECT_FALSE(children.join(this->parent, this->result));
    EXPECT_EQ(root.report({.digest = 1}, this->ledger), nullptr);
    EXPECT_EQ(spawned.report({.digest = 2}, this->ledger), nullptr);
    EXPECT_EQ(child.report({.digest = 3}, this->ledger), &this->parent);
    EXPECT_EQ(this->ledger.digest(0), 1U);
    EXPECT_EQ(this->ledger.spawned_digest_sum(), 2U);
    EXPECT_EQ(this->result, Result{3});
}

TYPED_TEST(OwnersOfParents, TheLastOneThatIsDestroyedDropsTheParent) {
    using Owner = OwnsParent<TypeParam, Parent>;
    OwningChildren<TypeParam> children;
    auto first = std::make_unique<Owner>(children.child_begins());
    auto last = std::make_unique<Owner>(children.child_begins());
    const auto moved = std::make_unique<Owner>(std::move(*first));
    first.reset();
    EXPECT_FALSE(children.join(this->parent, this->result));
    EXPECT_EQ(moved->report({.digest = 1}, this->ledger), nullptr);
    EXPECT_EQ(this->parent.dropped, 0);
    last.reset();
    EXPECT_EQ(this->parent.dropped, 1);
}

// The parent may go on before the run ends.
TYPED_TEST(OwnersOfParents, FailTheJoinIfOneIsDestroyed) {
    using Owner = OwnsParent<TypeParam, Parent>;
    OwningChildren<TypeParam> children;
    auto dropped = std::make_unique<Owner>(children.child_begins());
    Owner reports{children.child_begins()};
    EXPECT_FALSE(children.join(this->parent, this->result));
    dropped.reset();
    EXPECT_EQ(reports.report({.digest = 1}, this->ledger), &this->parent);
    EXPECT_EQ(this->result.error(), -ECANCELED);
}

// A sanitizer sees whether somebody frees the counter, and once.
TYPED_TEST(OwnersOfParents, OutliveTheirParent) {
    using Owner = OwnsParent<TypeParam, Parent>;
    auto children = std::make_unique<OwningChildren<TypeParam>>();
    auto dropped = std::make_unique<Owner>(children->child_begins());
    Owner reports{children->child_begins()};
    children.reset();
    dropped.reset();
    EXPECT_EQ(reports.report({.digest = 1}, this->ledger), nullptr);
    EXPECT_EQ(this->parent.dropped, 0);
}

}  // namespace
}  // namespace models
