#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sys/clock.h"
#include "sys/shared_memory.h"

namespace bench {

// A benchmark's end of its conversation with a program that lets several benchmarks take turns. Each message is one
// packet of text:
//
//   ready                   to the program: set up and at rest; once
//   try AMOUNT, go AMOUNT   to the benchmark: a slice of so much work; the figures of `go` are recorded
//   done WALL_NS AMOUNT     to the program: the slice is over
//   end                     to the benchmark
//
// Any process that was forked later may speak for the benchmark, one at a time. What was said lies in shared memory.
class Turns {
public:
    // So many slices may come that are not recorded.
    static constexpr std::size_t most_tries = 32;

    // `socket`: a connected SOCK_SEQPACKET socket, which stays the caller's. No program that a child executes inherits
    // it. `recorded`: how many recorded slices are to come. Throws std::invalid_argument if it is another descriptor.
    Turns(int socket, std::size_t recorded);

    void tell_ready() noexcept { tell("ready"); }
    void tell_done(sys::Nanoseconds wall, std::uint64_t amount) noexcept;

    struct Turn {
        std::uint64_t amount;
        bool recorded;
    };
    // Waits for the next turn; the thread sleeps. Nullopt: there is none, because the program said `end`, has gone, or
    // broke the rules.
    [[nodiscard]] std::optional<Turn> wait() noexcept;

    // After the last turn.

    // The program has gone: nobody reads the results.
    [[nodiscard]] bool abandoned() const noexcept { return board_->abandoned.load(); }
    // What went wrong; empty if all turns were taken.
    [[nodiscard]] std::string failure() const;

private:
    struct Board {
        std::atomic<std::size_t> tries;
        std::atomic<std::size_t> taken;  // recorded slices
        std::atomic<bool> abandoned;
        std::array<char, 200> refusal;  // empty, or which message broke the rules
    };

    void tell(std::string_view message) const noexcept;
    [[nodiscard]] std::optional<Turn> accept(std::string_view message) noexcept;
    std::optional<Turn> refuse(std::string_view message, std::string_view why) noexcept;

    int socket_;
    std::size_t recorded_;
    sys::Shared<Board> board_;
};

}  // namespace bench
