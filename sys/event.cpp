#include "sys/event.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

namespace sys {

void Event::wait() noexcept {
    // The kernel checks the value before it sleeps, so that an announce() in between is not missed. A wake-up may be
    // spurious.
    while (happened_.load(std::memory_order_acquire) == 0) {
        ::syscall(SYS_futex, &happened_, FUTEX_WAIT, 0, nullptr, nullptr, 0);
    }
}

void Event::announce() noexcept {
    happened_.store(1, std::memory_order_release);
    ::syscall(SYS_futex, &happened_, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr, 0);
}

void Event::clear() noexcept { happened_.store(0, std::memory_order_relaxed); }

}  // namespace sys
