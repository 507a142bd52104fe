#include "sys/mailbox.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>

namespace sys {

void Mailbox::put(std::uint32_t number) noexcept {
    assert(number <= most);
    if (state_.exchange(number + first, std::memory_order_release) != awaited) return;
    ::syscall(SYS_futex, &state_, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

std::uint32_t Mailbox::take() noexcept {
    std::uint32_t state = state_.load(std::memory_order_acquire);
    while (state < first) {
        // If the number came meanwhile, the exchange fails, and `state` has it.
        if (state == empty && !state_.compare_exchange_strong(state, awaited, std::memory_order_acquire)) continue;
        // The kernel checks the value before it sleeps, so that a put() in between is not missed. A wake-up may be
        // spurious.
        ::syscall(SYS_futex, &state_, FUTEX_WAIT, awaited, nullptr, nullptr, 0);
        state = state_.load(std::memory_order_acquire);
    }
    return state - first;
}

}  // namespace sys
