#include "workloads/io/client_socket.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "sys/check.h"
#include "sys/tcp.h"

namespace workloads {
namespace {

std::uint32_t source_of(std::uint64_t number) {
    tasks::Result result{};
    const sys::UniqueFd socket = open_client_socket(number, result);
    EXPECT_TRUE(socket);
    EXPECT_EQ(result, tasks::Result{});
    return sys::local_endpoint(socket.get()).address;
}

TEST(OpenClientSocket, UsesTheLoopbackAddressesInTurn) {
    EXPECT_EQ(source_of(0), INADDR_LOOPBACK);
    EXPECT_EQ(source_of(9'999), INADDR_LOOPBACK);
    EXPECT_EQ(source_of(10'000), INADDR_LOOPBACK + 1);
    EXPECT_EQ(source_of(2'499'999), INADDR_LOOPBACK + 249);
    EXPECT_EQ(source_of(2'500'000), INADDR_LOOPBACK);
}

TEST(OpenClientSocket, SaysWhyThereIsNoSocket) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer needs descriptors of its own when an exception is thrown";
#endif
    rlimit before{};
    sys::check(::getrlimit(RLIMIT_NOFILE, &before), "getrlimit");
    const rlimit none{0, before.rlim_max};
    sys::check(::setrlimit(RLIMIT_NOFILE, &none), "setrlimit");
    tasks::Result result{};
    const bool opened{open_client_socket(0, result)};
    sys::check(::setrlimit(RLIMIT_NOFILE, &before), "setrlimit");
    EXPECT_FALSE(opened);
    EXPECT_EQ(result.error(), -EMFILE);
}

// Connects to the listener.
sys::UniqueFd connect_to(int listener) {
    sys::UniqueFd socket = sys::tcp_socket();
    const sockaddr_in address = sys::local_endpoint(listener).native();
    sys::check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
    return socket;
}

TEST(HangUpAll, BreaksTheConnectionsAndTheListener) {
    const Listeners listeners{{}, 2, 2};
    const int listener = listeners.listener_of(0);
    const sys::UniqueFd client = connect_to(listener);
    const sys::UniqueFd other = connect_to(listener);
    const sys::UniqueFd served{sys::check(::accept(listener, nullptr, nullptr), "accept")};
    std::array<SocketPlace, 2> places{};
    places[0].store(-1);  // a client without a socket
    places[1].store(client.get());
    hang_up_all(listeners, places);
    char byte = 0;
    EXPECT_EQ(::recv(client.get(), &byte, 1, MSG_DONTWAIT), 0);
    EXPECT_EQ(::recv(served.get(), &byte, 1, MSG_DONTWAIT), 0) << "the server sees the end of the stream, too";
    EXPECT_EQ(::accept(listener, nullptr, nullptr), -1) << "nobody is accepted any more";
    EXPECT_EQ(errno, EINVAL);
}

}  // namespace
}  // namespace workloads
