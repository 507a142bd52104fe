#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <optional>

#include "sys/semaphore.h"
#include "sys/shared_memory.h"

namespace models {

// A queue of the indices of root tasks, from one process to several others. It has room for all indices of a run, so
// the process that puts them in never waits. A put is a store and a post of a semaphore, which costs a system call only
// if a taker sleeps.
class IndexQueue {
public:
    // `most`: the indices of a run. `takers`: the processes that take. Throws std::system_error.
    IndexQueue(std::size_t most, std::size_t takers) : takers_{takers}, entries_{most + takers} {}

    // Before each run, while no process takes.
    void clear() noexcept {
        put_ = 0;
        board_->taken.store(0, std::memory_order_relaxed);
    }
    void put(std::size_t index) noexcept {
        entries_[put_++] = index;
        board_->available.post();
    }
    // No index follows: each taker gets an entry that says so.
    void close() noexcept {
        for (std::size_t taker = 0; taker < takers_; ++taker) put(nothing);
    }

    // Waits for the next index; nullopt after the last one. Each process calls it until then.
    [[nodiscard]] std::optional<std::size_t> take() noexcept {
        board_->available.wait();
        // Whoever gets entry n has seen the posts of n + 1 entries: one by its own wait(), and through this counter
        // those that the takers before it waited for. So the entry has been written.
        const std::size_t index = entries_[board_->taken.fetch_add(1, std::memory_order_acq_rel)];
        return index == nothing ? std::nullopt : std::optional{index};
    }

private:
    static_assert(std::atomic<std::size_t>::is_always_lock_free, "a lock would not work between processes");
    static constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

    struct Board {
        sys::Semaphore available;
        std::atomic<std::size_t> taken;
    };

    std::size_t takers_;
    std::size_t put_ = 0;
    sys::Shared<Board> board_;
    sys::SharedArray<std::size_t> entries_;
};

}  // namespace models
