#include "bench/native/blocking_echo.h"

#include <sys/socket.h>

#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

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

// Until the client closes, or the connection breaks.
Served serve(int socket, std::size_t buffer_bytes) {
    const auto buffer = std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes);
    Served served;
    for (;;) {
        const ssize_t received = ::recv(socket, buffer.get(), buffer_bytes, 0);
        if (received == -1 && errno == EINTR) continue;
        if (received <= 0) return served;
        const auto count = static_cast<std::size_t>(received);
        served.bytes += count;
        served.sum += answer(buffer.get(), count);
        if (!send_all(socket, buffer.get(), count)) return served;
    }
}

}  // namespace

void serve_echo_by_threads(int listener, std::size_t connections, std::size_t buffer_bytes,
                           const std::function<void(Served)>& ended) {
    std::vector<std::jthread> threads;
    threads.reserve(connections);
    while (threads.size() < connections) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted == -1 && errno == EINTR) continue;
        Descriptor socket{check(accepted, "accept4")};
        threads.emplace_back([socket = std::move(socket), buffer_bytes, &ended](const std::stop_token& failed) {
            // Nothing but a shutdown wakes a thread that blocks in recv().
            const std::stop_callback hang_up{failed, [&] { ::shutdown(socket.number, SHUT_RDWR); }};
            ended(serve(socket.number, buffer_bytes));
        });
    }
    // Their destructors would stop them: that is for an exception.
    for (std::jthread& thread : threads) thread.join();
}

}  // namespace bench
