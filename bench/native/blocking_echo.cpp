#include <sys/socket.h>

#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "bench/native/echo_servers.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

bool send_all(int socket, const unsigned char* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t sent = ::send(socket, bytes, count, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR) continue;
        if (sent == -1) return false;
        bytes += sent;
        count -= static_cast<std::size_t>(sent);
    }
    return true;
}

// Serves until the client closes the connection or the connection breaks.
Served serve(int socket, std::size_t buffer_bytes) {
    const auto buffer = std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes);
    Served served;
    for (;;) {
        const ssize_t received = ::recv(socket, buffer.get(), buffer_bytes, 0);
        if (received == -1 && errno == EINTR) continue;
        if (received <= 0) return served;
        const auto count = static_cast<std::size_t>(received);
        served.answer(buffer.get(), count);
        if (!send_all(socket, buffer.get(), count)) return served;
    }
}

}  // namespace

void serve_echo_by_threads(const EchoSetup& setup) {
    std::vector<std::jthread> threads;
    threads.reserve(setup.connections);
    while (threads.size() < setup.connections) {
        const int accepted = ::accept4(setup.listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted == -1 && errno == EINTR) continue;
        sys::UniqueFd socket{sys::check(accepted, "accept4")};
        threads.emplace_back([socket = std::move(socket), &setup](const std::stop_token& failed) {
            // A thread that blocks in recv() does not see the token; a shutdown wakes it.
            const std::stop_callback hang_up{failed, [&] { ::shutdown(socket.get(), SHUT_RDWR); }};
            setup.ended(serve(socket.get(), setup.buffer_bytes));
        });
    }
    // Not by their destructors: after an exception those stop the threads.
    for (std::jthread& thread : threads) thread.join();
}

}  // namespace bench
