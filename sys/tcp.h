#pragma once

#include <netinet/in.h>

#include <cstdint>

#include "sys/unique_fd.h"

namespace sys {

// TCP over IPv4 loopback. Every socket is made blocking and close-on-exec, with TCP_NODELAY: Nagle's algorithm
// and delayed acknowledgements would add 40 ms to a request that is answered in 40 us.

struct Endpoint {
    std::uint32_t address = INADDR_LOOPBACK;  // host byte order
    std::uint16_t port = 0;                   // host byte order; 0: any free one

    [[nodiscard]] sockaddr_in native() const noexcept;
};

// A listening socket on a port that the kernel picks. TCP_NODELAY is inherited by what it accepts. The backlog is
// cut to net.core.somaxconn by the kernel.
[[nodiscard]] UniqueFd listen_on(Endpoint endpoint, int backlog);
[[nodiscard]] UniqueFd tcp_socket();

// The local end of a bound socket.
[[nodiscard]] Endpoint local_endpoint(int socket);

// Binds to a source address but leaves the port to connect(): it can then choose among all (address, port) pairs
// that are free for this very destination, so that 127.0.0.x multiplies the 28,000 ephemeral ports.
void bind_source(int socket, std::uint32_t address);

// On the open file description: it holds in every process that shares it. A descriptor that cannot be set (it is
// none) shows in the next call on it.
void set_nonblocking(int descriptor) noexcept;

}  // namespace sys
