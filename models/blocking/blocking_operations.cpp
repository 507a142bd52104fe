// What each operation of tasks does with the places and tickets of BlockingPrimitives.
#include <algorithm>
#include <cassert>
#include <cerrno>

#include "models/blocking/blocking_primitives.h"

namespace models {

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Await& await) noexcept {
    Event& event = events_[static_cast<std::size_t>(await.event)];
    std::uint64_t state = event.times_and_waiters.load(std::memory_order_acquire);
    do {
        if ((state & lower_half) >= await.times) return tasks::Result{};
        if (board_[0].end.load(std::memory_order_acquire) != End::none) return at_end();
    } while (
        !event.times_and_waiters.compare_exchange_weak(state, state + one_of_upper_half, std::memory_order_acq_rel));
    one_sleeps();
    for (;;) {
        const std::uint32_t changes = event.changes.load(std::memory_order_acquire);
        if ((event.times_and_waiters.load(std::memory_order_acquire) & lower_half) >= await.times) break;
        if (board_[0].end.load(std::memory_order_acquire) != End::none) return at_end();
        sys::futex_wait(event.changes, changes, sharing_);
    }
    return tasks::Result{};
}

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Announce& announce) noexcept {
    Event& event = events_[static_cast<std::size_t>(announce.event)];
    std::uint64_t state = event.times_and_waiters.load(std::memory_order_relaxed);
    for (;;) {
        const std::uint64_t waiters = state >> 32;
        // Before they can go on.
        board_[0].alive_and_able.fetch_add(waiters, std::memory_order_relaxed);
        if (event.times_and_waiters.compare_exchange_strong(state, (state & lower_half) + 1,
                                                            std::memory_order_acq_rel)) {
            if (waiters == 0) break;
            event.changes.fetch_add(1, std::memory_order_release);
            sys::futex_wake_all(event.changes, sharing_);
            break;
        }
        board_[0].alive_and_able.fetch_sub(waiters, std::memory_order_relaxed);
    }
    return tasks::Result{};
}

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Acquire& acquire) noexcept {
    const Semaphore& semaphore = semaphores_[static_cast<std::size_t>(acquire.semaphore)];
    const std::uint64_t number = ticket(semaphore.asked).fetch_add(1, std::memory_order_relaxed);
    if (number < semaphore.permits) return tasks::Result{};
    const Served how = wait(turn(semaphore.places, number - semaphore.permits));
    return how == Served::with_it ? tasks::Result{} : at_end();
}

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Release& release) noexcept {
    const Semaphore& semaphore = semaphores_[static_cast<std::size_t>(release.semaphore)];
    const std::uint64_t number = ticket(semaphore.given).fetch_add(1, std::memory_order_relaxed);
    serve(turn(semaphore.places, number), served);
    return tasks::Result{};
}

std::span<std::byte> BlockingPrimitives::slot(const Channel& channel, std::uint64_t ticket) noexcept {
    return bytes_.span().subspan(channel.first_byte + ticket % channel.slots * channel.slot_bytes, channel.slot_bytes);
}

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Push& push) noexcept {
    const Channel& channel = channels_[static_cast<std::size_t>(push.channel)];
    assert(push.bytes.size() == channel.slot_bytes);
    std::atomic<std::uint64_t>& pushes = ticket(channel.pushes);
    std::uint64_t number = pushes.load(std::memory_order_relaxed);
    // After the end nobody draws: the counter keeps the number of pushes.
    do {
        if ((number & is_closed) != 0) return tasks::Result{-EPIPE};
    } while (!pushes.compare_exchange_weak(number, number + 1));
    if (number >= channel.slots) {
        const Served how = wait(turn(channel.emptied, number - channel.slots), &pushes);
        if (how == Served::over) return at_end();
        if (how == Served::closed) {
            // Nobody will fill this slot.
            serve(turn(channel.filled, number), closed);
            return tasks::Result{-EPIPE};
        }
    }
    std::ranges::copy(push.bytes, slot(channel, number).begin());
    serve(turn(channel.filled, number), served);
    return tasks::Result{static_cast<std::int64_t>(channel.slot_bytes)};
}

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Pop& pop) noexcept {
    const Channel& channel = channels_[static_cast<std::size_t>(pop.channel)];
    assert(pop.into.size() == channel.slot_bytes);
    for (;;) {
        const std::uint64_t number = ticket(channel.pops).fetch_add(1);
        // Draws first, and then looks. Close marks first, and then looks who has drawn. So at least one sees the other.
        const std::uint64_t pushes = ticket(channel.pushes).load();
        if ((pushes & is_closed) != 0 && number >= (pushes & ~is_closed)) return tasks::Result{};
        switch (wait(turn(channel.filled, number))) {
            case Served::with_it:
                std::ranges::copy(slot(channel, number), pop.into.begin());
                serve(turn(channel.emptied, number), served);
                return tasks::Result{static_cast<std::int64_t>(channel.slot_bytes)};
            case Served::over: return at_end();
            // The push of this ticket was refused. A later one may have come through all the same.
            case Served::closed: break;
        }
    }
}

BlockingPrimitives::Outcome BlockingPrimitives::perform(const tasks::Close& close) noexcept {
    const Channel& channel = channels_[static_cast<std::size_t>(close.channel)];
    const std::uint64_t end = ticket(channel.pushes).fetch_or(is_closed);
    if ((end & is_closed) != 0) return tasks::Result{};
    // Pushes that sleep. One that is about to sleep sees the mark.
    for (Place& emptied : places_.span().subspan(channel.emptied.first, channel.emptied.count)) {
        const std::uint32_t seen = emptied.state.load();
        if ((seen & in_turn) == awaited) serve({emptied, seen & ~in_turn}, shut);
    }
    // Pops of what will never be pushed: all that did not see the mark have drawn one of these tickets.
    const std::uint64_t pops = std::min<std::uint64_t>(ticket(channel.pops).load(), end + channel.tasks);
    for (std::uint64_t number = end; number < pops; ++number) serve(turn(channel.filled, number), closed);
    return tasks::Result{};
}

}  // namespace models
