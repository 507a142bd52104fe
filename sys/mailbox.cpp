#include "sys/mailbox.h"

#include <cassert>

#include "sys/futex.h"

namespace sys {

void Mailbox::put(std::uint32_t number) noexcept {
    assert(number <= most);
    if (state_.exchange(number + first, std::memory_order_release) != awaited) return;
    futex_wake(state_, 1, Sharing::between_processes);
}

std::uint32_t Mailbox::take() noexcept {
    std::uint32_t state = state_.load(std::memory_order_acquire);
    while (state < first) {
        // If the number came meanwhile, the exchange fails, and `state` has it.
        if (state == empty && !state_.compare_exchange_strong(state, awaited, std::memory_order_acquire)) continue;
        futex_wait(state_, awaited, Sharing::between_processes);
        state = state_.load(std::memory_order_acquire);
    }
    return state - first;
}

}  // namespace sys
