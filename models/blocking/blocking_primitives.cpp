#include "models/blocking/blocking_primitives.h"

#include <algorithm>
#include <cerrno>
#include <thread>

namespace models {
namespace {

constexpr std::uint64_t one_alive = std::uint64_t{1} << 32;
constexpr std::uint64_t one_able = 1;

// Of one channel, beside those for every slot and task.
constexpr std::size_t channel_places_most = 65'536;

}  // namespace

BlockingPrimitives::BlockingPrimitives(const tasks::Demand& demand, sys::Sharing sharing, std::size_t carriers)
    : sharing_{sharing},
      carriers_{carriers},
      shares_{demand.shares()},
      events_{demand.events},
      places_{0},
      tickets_{0},
      bytes_{0},
      board_{shares_ ? std::size_t{1} : 0} {
    const auto add_places = [this](std::size_t count) {
        place_count_ += count;
        return Places{place_count_ - count, count};
    };
    const auto add_ticket = [this] { return ticket_count_++; };
    for (const auto& [permits, most, waiters] : demand.semaphores) {
        // A few for every permit and every waiter, so that a turn rarely has to wait for the one before it.
        semaphores_.push_back({.permits = permits,
                               .places = add_places(4 * (std::size_t{most} + waiters) + 1),
                               .asked = add_ticket(),
                               .given = add_ticket()});
    }
    channel_places_first_ = place_count_;
    for (const auto& [slots, slot_bytes] : demand.channels) {
        // While one push is off its CPU between its ticket and its slot, each time round the slots one more task waits
        // for it. So this is how far the others can come before they all wait; with fewer places they would wait for
        // turns.
        const std::size_t rounds = demand.tasks_at_once / 2 + 3;
        const std::size_t places = std::min(slots * rounds, channel_places_most) + slots + demand.tasks_at_once + 1;
        channels_.push_back({.tasks = demand.tasks_at_once,
                             .slots = slots,
                             .slot_bytes = slot_bytes,
                             .first_byte = byte_count_,
                             .emptied = add_places(places),
                             .filled = add_places(places),
                             .pushes = add_ticket(),
                             .pops = add_ticket()});
        byte_count_ += std::size_t{slots} * slot_bytes;
    }
    places_ = sys::SharedArray<Place>{place_count_};
    tickets_ = sys::SharedArray<Ticket>{ticket_count_};
    bytes_ = sys::SharedArray<std::byte>{byte_count_};
}

void BlockingPrimitives::begin_run(std::size_t roots) noexcept {
    if (!shares_) return;
    for (Event& event : events_) event.times_and_waiters.store(0, std::memory_order_relaxed);
    for (Place& place : places_) place.state.store(untouched, std::memory_order_relaxed);
    for (Ticket& ticket : tickets_) ticket.next.store(0, std::memory_order_relaxed);
    board_[0].end.store(End::none, std::memory_order_relaxed);
    board_[0].alive_and_able.store(roots * (one_alive + one_able), std::memory_order_relaxed);
}

void BlockingPrimitives::task_begins() noexcept {
    if (shares_) board_[0].alive_and_able.fetch_add(one_alive + one_able, std::memory_order_relaxed);
}

void BlockingPrimitives::task_ends() noexcept {
    if (!shares_) return;
    const std::uint64_t left =
        board_[0].alive_and_able.fetch_sub(one_alive + one_able, std::memory_order_acq_rel) - one_alive - one_able;
    if (left >= one_alive && is_deadlock(left)) end_waits(End::deadlock);
}

bool BlockingPrimitives::is_deadlock(std::uint64_t alive_and_able) const noexcept {
    const std::uint64_t alive = alive_and_able >> 32;
    const std::uint64_t able = alive_and_able & lower_half;
    // Of a pool, the tasks that have no worker yet cannot go on either if every worker sleeps here. More may be able
    // than are alive: a task that is about to sleep can be woken before it has taken itself off.
    return able == 0 || (able < alive && alive - able >= carriers_);
}

void BlockingPrimitives::one_is_able() noexcept {
    board_[0].alive_and_able.fetch_add(one_able, std::memory_order_relaxed);
}

void BlockingPrimitives::one_sleeps() noexcept {
    const std::uint64_t left = board_[0].alive_and_able.fetch_sub(one_able, std::memory_order_acq_rel) - one_able;
    if (is_deadlock(left)) end_waits(End::deadlock);
}

BlockingPrimitives::Turn BlockingPrimitives::turn(const Places& places, std::uint64_t ticket) noexcept {
    const auto number = static_cast<std::uint32_t>(ticket / places.count * one_turn) & ~for_good;
    return {places_[places.first + ticket % places.count], number};
}

// Waits until the place is served in this turn, and begins its next turn. `pushes`: of the channel, for a push.
BlockingPrimitives::Served BlockingPrimitives::wait(const Turn& turn,
                                                    const std::atomic<std::uint64_t>* pushes) noexcept {
    std::atomic<std::uint32_t>& state = turn.place.state;
    for (;;) {
        std::uint32_t seen = state.load(std::memory_order_acquire);
        if (seen == (turn.number | untouched) && state.compare_exchange_strong(seen, turn.number | awaited)) {
            sleep(turn, pushes);
            seen = state.load(std::memory_order_acquire);
        }
        if (seen == (turn.number | served) || seen == (turn.number | closed)) {
            state.store((turn.number + one_turn) & ~for_good, std::memory_order_relaxed);
            return (seen & in_turn) == served ? Served::with_it : Served::closed;
        }
        if (seen == shut) return Served::closed;
        // The store above may have hidden from others that the place is over.
        if (seen == over || has_ended()) return Served::over;
        // The turn before is not over: its carrier, or whoever serves it, has been taken off the CPU, and will go on.
        std::this_thread::yield();
    }
}

void BlockingPrimitives::sleep(const Turn& turn, const std::atomic<std::uint64_t>* pushes) noexcept {
    // Close marks first, and then looks who waits. So at least one sees the other.
    if (pushes != nullptr && (pushes->load() & is_closed) != 0) serve(turn, shut);
    one_sleeps();
    while (turn.place.state.load(std::memory_order_acquire) == (turn.number | awaited) && !has_ended()) {
        sys::futex_wait(turn.place.state, turn.number | awaited, sharing_);
    }
}

// `as`: served, closed or shut.
void BlockingPrimitives::serve(const Turn& turn, std::uint32_t as) noexcept {
    std::atomic<std::uint32_t>& state = turn.place.state;
    const std::uint32_t serving = as == shut ? shut : turn.number | as;
    std::uint32_t seen = state.load(std::memory_order_relaxed);
    for (;;) {
        if ((seen & for_good) != 0) return;
        if (seen == (turn.number | awaited)) {
            // Before it can go on: otherwise it might end while it counts as one that sleeps.
            one_is_able();
            if (state.compare_exchange_strong(seen, serving)) return sys::futex_wake(state, 1, sharing_);
            // Somebody else has counted and woken it. This task is able, so the count does not fall to zero.
            board_[0].alive_and_able.fetch_sub(one_able, std::memory_order_relaxed);
        } else if (as == shut) {
            return;  // a pop came first
        } else if (seen == (turn.number | untouched)) {
            if (state.compare_exchange_strong(seen, serving)) return;
        } else {
            // As in wait().
            if (has_ended()) return;
            std::this_thread::yield();
            seen = state.load(std::memory_order_relaxed);
        }
    }
}

void BlockingPrimitives::end_waits(End end) noexcept {
    if (!shares_) return;
    End none = End::none;
    if (!board_[0].end.compare_exchange_strong(none, end)) return;
    if (end == End::deadlock) count_waiting();
    for (Place& place : places_) {
        // Nobody counts any more who is able.
        if ((place.state.exchange(over) & in_turn) == awaited) sys::futex_wake(place.state, 1, sharing_);
    }
    for (Event& event : events_) {
        event.times_and_waiters.fetch_and(lower_half, std::memory_order_acq_rel);
        event.changes.fetch_add(1, std::memory_order_release);
        sys::futex_wake_all(event.changes, sharing_);
    }
}

void BlockingPrimitives::count_waiting() noexcept {
    WaitingTasks& waiting = board_[0].at_deadlock;
    waiting = {};
    const auto is_awaited = [](const Place& place) {
        return (place.state.load(std::memory_order_relaxed) & in_turn) == awaited;
    };
    const auto all = places_.span();
    waiting.semaphores = static_cast<std::size_t>(std::ranges::count_if(all.first(channel_places_first_), is_awaited));
    waiting.channels = static_cast<std::size_t>(std::ranges::count_if(all.subspan(channel_places_first_), is_awaited));
    for (const Event& event : events_) waiting.events += event.times_and_waiters.load(std::memory_order_relaxed) >> 32;
}

std::optional<WaitingTasks> BlockingPrimitives::deadlocked() const noexcept {
    if (!shares_ || board_[0].end.load(std::memory_order_acquire) != End::deadlock) return std::nullopt;
    return board_[0].at_deadlock;
}

BlockingPrimitives::Outcome BlockingPrimitives::at_end() const noexcept {
    if (board_[0].end.load(std::memory_order_acquire) == End::deadlock) return tasks::Result{-EDEADLK};
    return std::nullopt;
}

}  // namespace models
