#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/loop/continuation.h"
#include "tasks/ledger.h"
#include "tasks/operation.h"

namespace models {

// A message of std::logic_error.
inline constexpr char not_joined[] = "a task has finished before it joined its children";

// A number with the part of std::atomic's interface that is used here, for carriers of which one thread runs all.
template <class Value>
class PlainNumber {
public:
    Value fetch_add(Value more, std::memory_order) noexcept { return std::exchange(value_, value_ + more); }
    [[nodiscard]] Value load(std::memory_order) const noexcept { return value_; }
    void store(Value value, std::memory_order) noexcept { value_ = value; }

private:
    Value value_{};
};

// Adds up the digests of children. `Number` is std::atomic if several threads or processes may add at the same time.
// What they added is visible to whoever has awaited them.
template <template <class> class Number>
class JoinSum {
public:
    void add(const tasks::Finish& finish) noexcept {
        if (finish.error != 0) error_.store(finish.error, std::memory_order_relaxed);
        if (finish.digest != 0) sum_.fetch_add(finish.digest, std::memory_order_relaxed);
    }
    // The result of the parent's Join. Afterwards the sum is 0.
    [[nodiscard]] tasks::Result take() noexcept {
        constexpr std::uint64_t bits = ~std::uint64_t{0} >> 1;
        const int error = error_.load(std::memory_order_relaxed);
        const std::uint64_t sum = sum_.load(std::memory_order_relaxed) & bits;
        error_.store(0, std::memory_order_relaxed);
        sum_.store(0, std::memory_order_relaxed);
        return {error != 0 ? error : static_cast<std::int64_t>(sum)};
    }

private:
    Number<std::uint64_t> sum_{};
    Number<int> error_{};  // a negative errno; 0: none has failed
};

// The children of one task, and how the last one wakes it. The parent calls child_begins() and join(); whoever runs a
// child calls child_ends(). Until it joins, the parent counts its children for itself, and the others count those that
// have ended; join() adds the two numbers up. So a spawn needs no atomic operation.
template <template <class> class Number>
class JoinCounter {
public:
    // For each child, before the next Join. The child may have ended already.
    void child_begins() noexcept { ++spawned_; }
    // True: all children have ended, and `result` is there. False: the last child's child_ends() will set it, and
    // return the parent. Both must stay valid until then.
    [[nodiscard]] bool join(Continuation& parent, tasks::Result& result) noexcept {
        if (spawned_ == 0) {
            result = {};
            return true;
        }
        parent_ = &parent;
        result_ = &result;
        const std::int64_t spawned = std::exchange(spawned_, 0);
        if (running_.fetch_add(spawned, std::memory_order_acq_rel) + spawned > 0) return false;
        result = sum_.take();
        return true;
    }
    // The last child gets the parent, which waits for it. nullopt: the parent does not wait, or other children have not
    // ended; this object may be gone by then.
    [[nodiscard]] std::optional<Continuation*> child_ends(const tasks::Finish& finish) noexcept {
        sum_.add(finish);
        // Until the parent joins or leaves, the number is not greater than 0.
        if (running_.fetch_add(-1, std::memory_order_acq_rel) != 1) return std::nullopt;
        if (parent_ != nullptr) *result_ = sum_.take();
        return parent_;
    }
    // For carriers that may be destroyed before the children of their task, which happens only if the run has failed:
    // the parent is destroyed. True: nobody else uses this object. False: the last child's child_ends() will return
    // null instead of the parent, and whoever gets that deletes this object.
    [[nodiscard]] bool parent_leaves() noexcept {
        parent_ = nullptr;
        const std::int64_t spawned = std::exchange(spawned_, 0);
        return spawned == 0 || running_.fetch_add(spawned, std::memory_order_acq_rel) + spawned == 0;
    }

    // When the parent has finished. Throws std::logic_error if it has not joined its children.
    void require_joined() const {
        if (spawned_ > 0) throw std::logic_error{not_joined};
    }

private:
    std::int64_t spawned_ = 0;        // since the last Join
    Number<std::int64_t> running_{};  // children that have ended count as -1 until the parent joins
    JoinSum<Number> sum_;
    Continuation* parent_ = nullptr;  // null: it has left. This and the next are set by join()
    tasks::Result* result_ = nullptr;
};

// For carriers of which one thread runs all, and for others.
using LocalJoinCounter = JoinCounter<PlainNumber>;
using SharedJoinCounter = JoinCounter<std::atomic>;

}  // namespace models
