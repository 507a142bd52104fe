#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sys/unique_fd.h"

namespace sys {

// TCP over IPv4. All sockets are blocking and close-on-exec, and have TCP_NODELAY: Nagle's algorithm together with
// delayed acknowledgements would add 40 ms to a request that takes 40 us. Functions throw std::system_error, unless
// noexcept.

struct Endpoint {
    std::uint32_t address = INADDR_LOOPBACK;  // host byte order
    std::uint16_t port = 0;                   // host byte order; 0: the kernel chooses a free port

    [[nodiscard]] sockaddr_in native() const noexcept;
};

// A listening socket. Accepted sockets inherit TCP_NODELAY. The kernel limits the backlog to net.core.somaxconn.
[[nodiscard]] UniqueFd listen_on(Endpoint endpoint, int backlog);
// Several listening sockets on one port (SO_REUSEPORT): by a hash of its addresses and ports the kernel gives each
// connection to one of them. Each keeps its port after a shutdown(), so that listen_again() can open it once more.
[[nodiscard]] std::vector<UniqueFd> listen_on_one_port(Endpoint endpoint, int backlog, std::size_t count);
// Does nothing if the socket still listens.
void listen_again(int listener, int backlog);
[[nodiscard]] UniqueFd tcp_socket();

// Address and port to which a socket is bound.
[[nodiscard]] Endpoint local_endpoint(int socket);

// Binds a socket to a source address (host byte order), but not to a port: connect() chooses the port, and can use any
// that is free for this destination. So each address 127.0.0.x adds 28,000 ephemeral ports.
void bind_source(int socket, std::uint32_t address);

// What the kernel buffers of a connection: about twice so many bytes, and no more, however fast the connection is.
// Otherwise it adapts that to the connection, up to some megabytes. A receive buffer has to be set before the socket
// connects. Both report no error: without the limit the kernel buffers more.
void limit_send_buffer(int socket, int bytes) noexcept;
void limit_receive_buffer(int socket, int bytes) noexcept;

// Applies to the open file description, so to all processes that share it. Reports no error: if the descriptor is not
// valid, the next call that uses it fails.
void set_nonblocking(int descriptor) noexcept;

}  // namespace sys
