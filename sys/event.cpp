#include "sys/event.h"

#include "sys/futex.h"

namespace sys {

void Event::wait() noexcept {
    while (happened_.load(std::memory_order_acquire) == 0) futex_wait(happened_, 0, Sharing::between_processes);
}

void Event::announce() noexcept {
    happened_.store(1, std::memory_order_release);
    futex_wake_all(happened_, Sharing::between_processes);
}

void Event::clear() noexcept { happened_.store(0, std::memory_order_relaxed); }

}  // namespace sys
