#include "sys/tcp.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sys/check.h"

namespace sys {
namespace {

void set_option(int socket, int level, int option, int value, const char* name) {
    check(::setsockopt(socket, level, option, &value, sizeof value), name);
}

void bind_to(int socket, Endpoint endpoint) {
    const sockaddr_in native = endpoint.native();
    check(::bind(socket, reinterpret_cast<const sockaddr*>(&native), sizeof native), "bind");
}

UniqueFd bound_to_shared_port(Endpoint endpoint) {
    UniqueFd socket = tcp_socket();
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt(SO_REUSEADDR)");
    set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1, "setsockopt(SO_REUSEPORT)");
    bind_to(socket.get(), endpoint);
    return socket;
}

}  // namespace

sockaddr_in Endpoint::native() const noexcept {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_addr.s_addr = htonl(address);
    result.sin_port = htons(port);
    return result;
}

UniqueFd tcp_socket() {
    UniqueFd socket{check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
    set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1, "setsockopt(TCP_NODELAY)");
    return socket;
}

UniqueFd listen_on(Endpoint endpoint, int backlog) {
    UniqueFd listener = tcp_socket();
    set_option(listener.get(), SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt(SO_REUSEADDR)");
    bind_to(listener.get(), endpoint);
    listen_again(listener.get(), backlog);
    return listener;
}

std::vector<UniqueFd> listen_on_one_port(Endpoint endpoint, int backlog, std::size_t count) {
    // If the kernel chooses the port, this socket holds it until the listeners have it. A socket that was bound to port
    // 0 itself would lose its port at its shutdown().
    const UniqueFd holder = bound_to_shared_port(endpoint);
    endpoint.port = local_endpoint(holder.get()).port;
    std::vector<UniqueFd> listeners;
    for (std::size_t number = 0; number < count; ++number) {
        listeners.push_back(bound_to_shared_port(endpoint));
        listen_again(listeners.back().get(), backlog);
    }
    return listeners;
}

void listen_again(int listener, int backlog) { check(::listen(listener, backlog), "listen"); }

Endpoint local_endpoint(int socket) {
    sockaddr_in native{};
    socklen_t size = sizeof native;
    check(::getsockname(socket, reinterpret_cast<sockaddr*>(&native), &size), "getsockname");
    return {ntohl(native.sin_addr.s_addr), ntohs(native.sin_port)};
}

void bind_source(int socket, std::uint32_t address) {
    set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, "setsockopt(IP_BIND_ADDRESS_NO_PORT)");
    bind_to(socket, {address, 0});
}

void limit_send_buffer(int socket, int bytes) noexcept {
    (void)::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

void limit_receive_buffer(int socket, int bytes) noexcept {
    (void)::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void set_nonblocking(int descriptor) noexcept {
    int on = 1;
    ::ioctl(descriptor, FIONBIO, &on);
}

}  // namespace sys
