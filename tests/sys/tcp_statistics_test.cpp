#include "sys/tcp_statistics.h"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>

#include "full_listener.h"

namespace sys {
namespace {

static_assert(std::is_trivially_copyable_v<TcpStatistics>);

std::optional<TcpStatistics> statistics_in(const std::string& text) {
    std::istringstream netstat{text};
    return tcp_statistics_in(netstat);
}

TEST(TcpStatistics, AreFoundByTheirNames) {
    const TcpStatistics expected{.listen_overflows = 7, .syn_retransmits = 9};
    EXPECT_EQ(statistics_in("TcpExt: TW ListenOverflows ListenDrops TCPSynRetrans TCPTimeouts\n"
                            "TcpExt: 5 7 8 9 10\n"
                            "IpExt: InNoRoutes InOctets\n"
                            "IpExt: 1 2\n"),
              expected);
    EXPECT_EQ(statistics_in("IpExt: ListenOverflows TCPSynRetrans\n"
                            "IpExt: 1 2\n"
                            "TcpExt: TCPSynRetrans ListenOverflows\n"
                            "TcpExt: 9 7\n"),
              expected)
        << "another kernel has another order";
}

TEST(TcpStatistics, AreUnknownIfOneIsMissing) {
    EXPECT_EQ(statistics_in(""), std::nullopt);
    EXPECT_EQ(statistics_in("TcpExt: TW ListenOverflows\nTcpExt: 5 7\n"), std::nullopt);
    EXPECT_EQ(statistics_in("TcpExt: ListenOverflows TCPSynRetrans\nTcpExt: 7\n"), std::nullopt);
    EXPECT_EQ(statistics_in("TcpExt: ListenOverflows TCPSynRetrans\n"), std::nullopt);
}

TEST(TcpStatistics, AddUpAndAreTakenAwayFieldByField) {
    TcpStatistics sum{.listen_overflows = 1, .syn_retransmits = 2};
    sum += {.listen_overflows = 10, .syn_retransmits = 20};
    EXPECT_EQ(sum, (TcpStatistics{.listen_overflows = 11, .syn_retransmits = 22}));
    EXPECT_EQ(sum - (TcpStatistics{.listen_overflows = 4, .syn_retransmits = 5}),
              (TcpStatistics{.listen_overflows = 7, .syn_retransmits = 17}));
}

// Other programs may overflow a listener at the same time, so there may be more overflows, but never fewer.
TEST(TcpStatistics, CountAConnectionThatFindsTheQueueFull) {
    const auto before = tcp_statistics();
    if (!before) GTEST_SKIP() << "this kernel does not tell";
    const FullListener full;
    EXPECT_TRUE(full.overflowed());
    EXPECT_GE(tcp_statistics()->listen_overflows, before->listen_overflows + 1);
    EXPECT_GE(tcp_statistics()->syn_retransmits, before->syn_retransmits);
}

}  // namespace
}  // namespace sys
