#include "workloads/io/listeners.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <set>
#include <vector>

#include "sys/check.h"
#include "sys/child_process.h"

namespace workloads {
namespace {

sys::UniqueFd connect_to(sys::Endpoint endpoint) {
    sys::UniqueFd socket = sys::tcp_socket();
    const sockaddr_in address = endpoint.native();
    sys::check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
    return socket;
}
// Accepts what is in the backlog of one acceptor's listener; returns how many connections.
std::uint64_t accept_all(const Listeners& listeners, std::size_t acceptor) {
    sys::set_nonblocking(listeners.listener_of(acceptor));
    std::uint64_t count = 0;
    while (const sys::UniqueFd connection{::accept(listeners.listener_of(acceptor), nullptr, nullptr)}) {
        listeners.accepted(acceptor);
        ++count;
    }
    return count;
}

TEST(AnyListeners, KeepTheFirstErrorThatDoesNotFollowFromAShutdown) {
    for (const bool own : {false, true}) {
        Listeners listeners{{.count = 2, .own_listeners = own}, 2, 2};
        listeners.begin();
        EXPECT_TRUE(listeners.verify());
        for (const int error : {-EINVAL, -EMFILE, -EAGAIN}) listeners.fail(error);
        EXPECT_EQ(listeners.verify().reason, "a connection could not be accepted: Too many open files");
        EXPECT_EQ(::accept(listeners.listener_of(1), nullptr, nullptr), -1) << "it was shut down";
        listeners.begin();
        EXPECT_TRUE(listeners.verify()) << "a new run";
    }
}

TEST(SharedListener, IsThatOfAllAcceptors) {
    Listeners listeners{{3}, 2, 2};
    listeners.begin();
    EXPECT_EQ(listeners.acceptors(), 3U);
    for (std::size_t acceptor = 1; acceptor < 3; ++acceptor) {
        EXPECT_EQ(listeners.listener_of(acceptor), listeners.listener_of(0));
    }
    EXPECT_TRUE(listeners.expect_another(0));
    EXPECT_TRUE(listeners.expect_another(1));
    EXPECT_FALSE(listeners.expect_another(2)) << "others wait for the two connections";
    const auto one = connect_to(listeners.endpoint());
    const auto other = connect_to(listeners.endpoint());
    EXPECT_EQ(accept_all(listeners, 2), 2U);
    EXPECT_FALSE(listeners.all_are_up()) << "a failed accept is a failure here";
    EXPECT_EQ(listeners.connections_by_acceptor(), (std::vector<std::uint64_t>{0, 0, 2}));
    listeners.begin();
    EXPECT_TRUE(listeners.expect_another(0));
    EXPECT_EQ(listeners.connections_by_acceptor(), (std::vector<std::uint64_t>{0, 0, 0}));
}

TEST(SharedListener, MayBeDealtToItsAcceptorsInEqualParts) {
    Listeners listeners{{}, 5, 5};
    listeners.deal_to(2);
    listeners.begin();
    ASSERT_EQ(listeners.acceptors(), 2U);
    for (const auto& [acceptor, connections] : {std::pair{0U, 3}, std::pair{1U, 2}}) {
        for (int connection = 0; connection < connections; ++connection) {
            EXPECT_TRUE(listeners.expect_another(acceptor));
            listeners.accepted(acceptor);
        }
        EXPECT_FALSE(listeners.expect_another(acceptor)) << acceptor;
    }
    listeners.begin();
    EXPECT_TRUE(listeners.expect_another(0));
}

TEST(OwnListeners, ShareAPortAndGetEachConnectionOnceInEveryRun) {
    constexpr std::size_t acceptors = 4;
    constexpr std::uint64_t connections = 40;
    Listeners listeners{{.count = acceptors, .own_listeners = true}, connections, connections};
    const sys::Endpoint endpoint = listeners.endpoint();
    std::set<int> sockets;
    for (std::size_t acceptor = 0; acceptor < acceptors; ++acceptor) {
        sockets.insert(listeners.listener_of(acceptor));
        EXPECT_EQ(sys::local_endpoint(listeners.listener_of(acceptor)).port, endpoint.port);
    }
    EXPECT_EQ(sockets.size(), acceptors);
    for (int run = 0; run < 3; ++run) {
        listeners.begin();
        EXPECT_EQ(listeners.endpoint().port, endpoint.port) << "it listens again where its clients expect it";
        EXPECT_FALSE(listeners.all_are_up());
        std::vector<sys::UniqueFd> clients;
        for (std::uint64_t client = 0; client < connections; ++client) clients.push_back(connect_to(endpoint));
        std::vector<std::uint64_t> accepted;
        for (std::size_t acceptor = 0; acceptor < acceptors; ++acceptor) {
            EXPECT_TRUE(listeners.expect_another(acceptor));
            accepted.push_back(accept_all(listeners, acceptor));
        }
        EXPECT_EQ(listeners.connections_by_acceptor(), accepted);
        EXPECT_TRUE(listeners.all_are_up());
        EXPECT_FALSE(listeners.expect_another(0));
        for (std::size_t acceptor = 0; acceptor < acceptors; ++acceptor) {
            EXPECT_EQ(::accept(listeners.listener_of(acceptor), nullptr, nullptr), -1);
            EXPECT_EQ(errno, EINVAL) << "it is shut down";
        }
    }
}

TEST(OwnListeners, AreSharedWithOtherProcesses) {
    Listeners listeners{{.count = 2, .own_listeners = true}, 1, 1};
    listeners.begin();
    auto child = sys::ChildProcess::fork([&] { listeners.accepted(1); });
    EXPECT_EQ(child.wait(), 0);
    EXPECT_TRUE(listeners.all_are_up());
    EXPECT_EQ(listeners.connections_by_acceptor(), (std::vector<std::uint64_t>{0, 1}));
    EXPECT_EQ(::accept(listeners.listener_of(0), nullptr, nullptr), -1) << "the other process shut it down";
    EXPECT_EQ(errno, EINVAL);
}

}  // namespace
}  // namespace workloads
