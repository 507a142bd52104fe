#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace sys {

// A place for one number: one thread puts it in, another one takes it out. In shared memory it also works between
// processes. A put costs a system call only if the taker sleeps. Zeroed memory is an empty mailbox. Trivially
// destructible, so that a child that ends does not destroy it for the others.
class Mailbox {
public:
    static constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max() - 2;

    Mailbox() = default;
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // `number`: at most `most`. Called once.
    void put(std::uint32_t number) noexcept;
    // Waits for the number. Called once, by one thread. Writes before put() are visible after it.
    [[nodiscard]] std::uint32_t take() noexcept;
    // Makes it empty again. Call it while no thread waits.
    void clear() noexcept { state_.store(empty, std::memory_order_relaxed); }

private:
    // Or a number plus `first`.
    static constexpr std::uint32_t empty = 0;
    static constexpr std::uint32_t awaited = 1;  // empty, and the taker sleeps
    static constexpr std::uint32_t first = 2;

    std::atomic<std::uint32_t> state_{empty};
};

}  // namespace sys
