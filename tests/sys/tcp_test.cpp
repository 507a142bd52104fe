#include "sys/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "sys/check.h"

namespace sys {
namespace {

int option_of(int socket, int level, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    check(::getsockopt(socket, level, option, &value, &size), "getsockopt");
    return value;
}

void connect_to(int socket, Endpoint endpoint) {
    const sockaddr_in native = endpoint.native();
    check(::connect(socket, reinterpret_cast<const sockaddr*>(&native), sizeof native), "connect");
}

UniqueFd accept_from(int listener) { return UniqueFd{check(::accept(listener, nullptr, nullptr), "accept")}; }

TEST(Endpoint, IsInNetworkByteOrderForTheKernel) {
    const sockaddr_in native = Endpoint{INADDR_LOOPBACK + 2, 0x1234}.native();
    EXPECT_EQ(native.sin_family, AF_INET);
    EXPECT_EQ(ntohs(native.sin_port), 0x1234);
    EXPECT_STREQ(::inet_ntoa(native.sin_addr), "127.0.0.3");
}

TEST(TcpSocket, IsBlockingAndCloseOnExecAndHasNoDelay) {
    const UniqueFd socket = tcp_socket();
    EXPECT_EQ(option_of(socket.get(), IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(::fcntl(socket.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(TcpSocket, TakesLimitsOfItsBuffers) {
    const UniqueFd socket = tcp_socket();
    const int bytes = 16 << 10;
    limit_send_buffer(socket.get(), bytes);
    limit_receive_buffer(socket.get(), bytes);
    // The kernel doubles them, for its own bookkeeping.
    EXPECT_EQ(option_of(socket.get(), SOL_SOCKET, SO_SNDBUF), 2 * bytes);
    EXPECT_EQ(option_of(socket.get(), SOL_SOCKET, SO_RCVBUF), 2 * bytes);
    limit_send_buffer(-1, bytes);
}

TEST(ListenOn, TakesAPortThatIsFree) {
    const UniqueFd listener = listen_on({}, 4);
    const Endpoint endpoint = local_endpoint(listener.get());
    EXPECT_EQ(endpoint.address, INADDR_LOOPBACK);
    EXPECT_NE(endpoint.port, 0);
    EXPECT_EQ(option_of(listener.get(), SOL_SOCKET, SO_ACCEPTCONN), 1);
}

TEST(ListenOnOnePort, GivesEachConnectionToOneListener) {
    const std::vector<UniqueFd> listeners = listen_on_one_port({}, 20, 3);
    ASSERT_EQ(listeners.size(), 3U);
    const Endpoint endpoint = local_endpoint(listeners[0].get());
    EXPECT_NE(endpoint.port, 0);
    std::vector<UniqueFd> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(tcp_socket());
        connect_to(clients.back().get(), endpoint);
    }
    int accepted = 0;
    for (const UniqueFd& listener : listeners) {
        EXPECT_EQ(local_endpoint(listener.get()).port, endpoint.port);
        set_nonblocking(listener.get());
        while (const UniqueFd connection{::accept(listener.get(), nullptr, nullptr)}) ++accepted;
    }
    EXPECT_EQ(accepted, 20);
}

TEST(ListenOnOnePort, ListensAgainOnTheSamePortAfterAShutdown) {
    const std::vector<UniqueFd> listeners = listen_on_one_port({}, 4, 2);
    const Endpoint endpoint = local_endpoint(listeners[0].get());
    for (const UniqueFd& listener : listeners) {
        ::shutdown(listener.get(), SHUT_RDWR);
        EXPECT_EQ(::accept(listener.get(), nullptr, nullptr), -1);
        EXPECT_EQ(errno, EINVAL);
    }
    const UniqueFd refused = tcp_socket();
    EXPECT_THROW(connect_to(refused.get(), endpoint), std::system_error);
    for (const UniqueFd& listener : listeners) {
        listen_again(listener.get(), 4);
        EXPECT_EQ(option_of(listener.get(), SOL_SOCKET, SO_ACCEPTCONN), 1);
        EXPECT_EQ(local_endpoint(listener.get()).port, endpoint.port);
    }
    const UniqueFd client = tcp_socket();
    connect_to(client.get(), endpoint);
}

TEST(ListenOn, ThrowsIfThePortIsTaken) {
    const UniqueFd listener = listen_on({}, 4);
    try {
        (void)listen_on(local_endpoint(listener.get()), 4);
        FAIL() << "two listeners on one port";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EADDRINUSE);
        EXPECT_TRUE(std::string_view{error.what()}.starts_with("bind: ")) << error.what();
    }
}

TEST(ListenOn, AcceptedSocketsHaveNoDelay) {
    const UniqueFd listener = listen_on({}, 4);
    const UniqueFd client = tcp_socket();
    connect_to(client.get(), local_endpoint(listener.get()));
    const UniqueFd accepted = accept_from(listener.get());
    EXPECT_EQ(option_of(accepted.get(), IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(local_endpoint(accepted.get()).port, local_endpoint(listener.get()).port);
}

TEST(BindSource, GivesTheAddressAndLeavesThePort) {
    const UniqueFd listener = listen_on({}, 4);
    for (const std::uint32_t offset : {0U, 1U, 249U}) {
        const UniqueFd client = tcp_socket();
        bind_source(client.get(), INADDR_LOOPBACK + offset);
        EXPECT_EQ(local_endpoint(client.get()).port, 0) << "connect() chooses the port";
        connect_to(client.get(), local_endpoint(listener.get()));
        sockaddr_in seen{};
        socklen_t size = sizeof seen;
        const UniqueFd accepted{check(::accept(listener.get(), reinterpret_cast<sockaddr*>(&seen), &size), "accept")};
        EXPECT_EQ(ntohl(seen.sin_addr.s_addr), INADDR_LOOPBACK + offset);
        EXPECT_NE(local_endpoint(client.get()).port, 0);
    }
}

TEST(BindSource, ThrowsForAnAddressOfAnotherHost) {
    const UniqueFd socket = tcp_socket();
    EXPECT_THROW(bind_source(socket.get(), 0x01010101), std::system_error);
}

TEST(SetNonblocking, MakesCallsReturnAtOnce) {
    const UniqueFd listener = listen_on({}, 4);
    set_nonblocking(listener.get());
    EXPECT_EQ(::accept(listener.get(), nullptr, nullptr), -1);
    EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace sys
