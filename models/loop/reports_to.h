#pragma once

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "models/loop/join_counter.h"
#include "tasks/ledger.h"

namespace models {

// To whom the end of a task is reported: to the ledger, or, if the task is a child, to its parent's counter. Of the
// size of a pointer, because every task that waits holds one.
template <class Counter>
class ReportsTo {
public:
    // A root task, or a spawned one that is no child.
    ReportsTo(tasks::TaskId id) noexcept  // NOLINT(google-explicit-constructor)
        : bits_{id == tasks::TaskId::spawned ? spawned : static_cast<std::uintptr_t>(id) << 1 | ledger} {}
    explicit ReportsTo(Counter& parent) noexcept : bits_{reinterpret_cast<std::uintptr_t>(&parent)} {
        static_assert(alignof(Counter) > ledger);
    }

    // Null: the ledger.
    [[nodiscard]] Counter* parent() const noexcept {
        return (bits_ & ledger) != 0 ? nullptr : reinterpret_cast<Counter*>(bits_);
    }
    // Only for those without a parent.
    [[nodiscard]] tasks::TaskId id() const noexcept {
        assert(parent() == nullptr);
        return bits_ == spawned ? tasks::TaskId::spawned : tasks::TaskId{bits_ >> 1};
    }
    // Reports the end. The parent, if it waits for this task alone; otherwise null.
    [[nodiscard]] Continuation* report(const tasks::Finish& finish, tasks::Ledger& to) const noexcept {
        if (Counter* const counter = parent()) return counter->child_ends(finish).value_or(nullptr);
        to.finish(id(), finish);
        return nullptr;
    }

private:
    static constexpr std::uintptr_t ledger = 1;  // the bit says that there is no pointer in the others
    static constexpr std::uintptr_t spawned = ~std::uintptr_t{0};

    std::uintptr_t bits_;
};

// The children of a task whose carrier nobody owns while the task waits for them: then they own it. If the run fails,
// and the carrier is destroyed before them, the last of them destroys the counter.
template <class Counter>
class OwningChildren {
public:
    OwningChildren() = default;
    OwningChildren(const OwningChildren&) = delete;
    OwningChildren& operator=(const OwningChildren&) = delete;
    ~OwningChildren() {
        if (counter_ != nullptr && !counter_->parent_leaves()) (void)counter_.release();
    }

    // What the next child reports to.
    [[nodiscard]] Counter& child_begins() {
        if (counter_ == nullptr) counter_ = std::make_unique<Counter>();
        counter_->child_begins();
        return *counter_;
    }
    // As JoinCounter's.
    [[nodiscard]] bool join(Continuation& parent, tasks::Result& result) noexcept {
        if (counter_ != nullptr) return counter_->join(parent, result);
        result = {};
        return true;
    }
    void require_joined() const {
        if (counter_ != nullptr) counter_->require_joined();
    }

private:
    std::unique_ptr<Counter> counter_;  // null: it has had no child
};

// To whom such a child reports. If it is destroyed before it has reported, the run has failed, and the last child
// destroys its parent.
// Parent: the carrier; drop() destroys it.
template <class Counter, class Parent>
class OwnsParent {
public:
    OwnsParent(tasks::TaskId id) noexcept : to_{id} {}  // NOLINT(google-explicit-constructor)
    explicit OwnsParent(Counter& parent) noexcept : to_{parent} {}
    OwnsParent(OwnsParent&& other) noexcept : to_{std::exchange(other.to_, tasks::TaskId::spawned)} {}
    OwnsParent& operator=(OwnsParent&& other) noexcept {
        std::swap(to_, other.to_);
        return *this;
    }
    ~OwnsParent() {
        Counter* const counter = to_.parent();
        if (counter == nullptr) return;
        // If others end later, their parent may go on before the run ends: then it learns that the sum is incomplete.
        if (Continuation* const waiting = last_of(counter, counter->child_ends({0, -ECANCELED}))) {
            static_cast<Parent&>(*waiting).drop();
        }
    }

    [[nodiscard]] tasks::TaskId id() const noexcept { return to_.id(); }
    // Reports the end, once. The parent, if it waits for this task alone: it belongs to the caller. Otherwise null.
    [[nodiscard]] Continuation* report(const tasks::Finish& finish, tasks::Ledger& ledger) noexcept {
        const ReportsTo<Counter> to = std::exchange(to_, tasks::TaskId::spawned);
        if (Counter* const counter = to.parent()) return last_of(counter, counter->child_ends(finish));
        return to.report(finish, ledger);
    }

private:
    // The parent that the last child got from the counter.
    [[nodiscard]] static Continuation* last_of(Counter* counter, std::optional<Continuation*> parent) noexcept {
        if (!parent) return nullptr;
        if (*parent == nullptr) delete counter;
        return *parent;
    }

    ReportsTo<Counter> to_;
};

}  // namespace models
