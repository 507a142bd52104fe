#pragma once

#include <atomic>
#include <cstdint>

namespace sys {

// Who waits on a futex. One that is private to a process is cheaper: the kernel need not look up its memory.
enum class Sharing { within_process, between_processes };

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "the kernel reads it as a 32-bit number");

// Sleeps while the word has the expected value, until it is woken. May also return without a reason (a signal): the
// caller looks at the word again. The kernel compares the value before it sleeps, so that no wake-up is missed.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Sharing sharing) noexcept;
// Wakes as many of those that sleep.
void futex_wake(const std::atomic<std::uint32_t>& word, int count, Sharing sharing) noexcept;
void futex_wake_all(const std::atomic<std::uint32_t>& word, Sharing sharing) noexcept;

}  // namespace sys
