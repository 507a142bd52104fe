#include "sys/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

namespace sys {
namespace {

void futex(const std::atomic<std::uint32_t>& word, int operation, std::uint32_t value, Sharing sharing) noexcept {
    const int flag = sharing == Sharing::within_process ? FUTEX_PRIVATE_FLAG : 0;
    ::syscall(SYS_futex, &word, operation | flag, value, nullptr, nullptr, 0);
}

}  // namespace

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Sharing sharing) noexcept {
    futex(word, FUTEX_WAIT, expected, sharing);
}

void futex_wake(const std::atomic<std::uint32_t>& word, int count, Sharing sharing) noexcept {
    futex(word, FUTEX_WAKE, static_cast<std::uint32_t>(count), sharing);
}

void futex_wake_all(const std::atomic<std::uint32_t>& word, Sharing sharing) noexcept {
    futex_wake(word, std::numeric_limits<int>::max(), sharing);
}

}  // namespace sys
