#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sys/mailbox.h"
#include "sys/shared_memory.h"

namespace models {

// A queue of the indices of root tasks, from one process to several others. It has room for all indices of a run, so
// the process that puts them in never waits. A taker first draws a place in the queue, and then waits for its index.
// So a put wakes the taker of its place if that one sleeps, and otherwise costs no system call.
class IndexQueue {
public:
    // `most`: the indices of a run. `takers`: the processes that take. Throws std::system_error.
    IndexQueue(std::size_t most, std::size_t takers) : takers_{takers}, places_{most + takers} {}

    // Before each run, while no process takes.
    void clear() noexcept {
        std::ranges::for_each(places_.span().first(put_), &sys::Mailbox::clear);
        put_ = 0;
        drawn_->store(0, std::memory_order_relaxed);
    }
    void put(std::size_t index) noexcept { places_[put_++].put(static_cast<std::uint32_t>(index)); }
    // No index follows: each taker gets a place that says so.
    void close() noexcept {
        for (std::size_t taker = 0; taker < takers_; ++taker) put(nothing);
    }

    // Waits for the next index; nullopt after the last one. Each process calls it until then.
    [[nodiscard]] std::optional<std::size_t> take() noexcept {
        const std::size_t index = places_[drawn_->fetch_add(1, std::memory_order_relaxed)].take();
        return index == nothing ? std::nullopt : std::optional{index};
    }

private:
    static_assert(std::atomic<std::size_t>::is_always_lock_free, "a lock would not work between processes");
    static constexpr std::size_t nothing = sys::Mailbox::most;

    std::size_t takers_;
    std::size_t put_ = 0;
    sys::Shared<std::atomic<std::size_t>> drawn_;
    sys::SharedArray<sys::Mailbox> places_;
};

}  // namespace models
