#include "sys/tcp_statistics.h"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace sys {

TcpStatistics& TcpStatistics::operator+=(const TcpStatistics& other) noexcept {
    listen_overflows += other.listen_overflows;
    syn_retransmits += other.syn_retransmits;
    return *this;
}

TcpStatistics& TcpStatistics::operator-=(const TcpStatistics& other) noexcept {
    listen_overflows -= other.listen_overflows;
    syn_retransmits -= other.syn_retransmits;
    return *this;
}

TcpStatistics operator-(TcpStatistics left, const TcpStatistics& right) noexcept { return left -= right; }

std::optional<TcpStatistics> tcp_statistics() {
    std::ifstream netstat{"/proc/self/net/netstat"};
    return tcp_statistics_in(netstat);
}

// A line of names is followed by a line of as many values; both begin with the same word. Which names there are, and in
// which order, depends on the kernel.
std::optional<TcpStatistics> tcp_statistics_in(std::istream& netstat) {
    constexpr std::string_view group = "TcpExt: ";
    std::string names_line;
    std::string values_line;
    while (std::getline(netstat, names_line) && std::getline(netstat, values_line)) {
        if (!names_line.starts_with(group) || !values_line.starts_with(group)) continue;
        std::istringstream names{names_line.substr(group.size())};
        std::istringstream values{values_line.substr(group.size())};
        std::optional<std::int64_t> overflows;
        std::optional<std::int64_t> retransmits;
        std::string name;
        std::int64_t value = 0;
        while (names >> name && values >> value) {
            if (name == "ListenOverflows") overflows = value;
            if (name == "TCPSynRetrans") retransmits = value;
        }
        if (!overflows || !retransmits) return std::nullopt;
        return TcpStatistics{.listen_overflows = *overflows, .syn_retransmits = *retransmits};
    }
    return std::nullopt;
}

}  // namespace sys
