#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>

namespace sys {

// What the kernel has counted of TCP in this network namespace (/proc/self/net/netstat), for all of its sockets.
// Trivially copyable, so that a child can publish it in shared memory.
struct TcpStatistics {
    // SYNs and ACKs that were dropped because the queue of a listener was full. TCP repeats each a second later or
    // more.
    std::int64_t listen_overflows = 0;
    // SYNs and SYN-ACKs that were sent again, because the timer of their first sending had run out.
    std::int64_t syn_retransmits = 0;

    TcpStatistics& operator+=(const TcpStatistics& other) noexcept;
    TcpStatistics& operator-=(const TcpStatistics& other) noexcept;
    bool operator==(const TcpStatistics&) const = default;
};
[[nodiscard]] TcpStatistics operator-(TcpStatistics left, const TcpStatistics& right) noexcept;

// Nullopt if the kernel does not tell.
[[nodiscard]] std::optional<TcpStatistics> tcp_statistics();
// The same in the text of such a file.
[[nodiscard]] std::optional<TcpStatistics> tcp_statistics_in(std::istream& netstat);

}  // namespace sys
