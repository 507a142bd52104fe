#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>

// Native controls of the workloads echo and idle_crowd: servers that are written by hand, without concur's tasks and
// models.
namespace bench {

// The answers of one connection.
struct Served {
    std::uint64_t bytes = 0;
    std::uint64_t sum = 0;  // of all their bytes

    // Turns a request into its answer, in upper case, in place.
    void answer(unsigned char* request, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const bool lower = static_cast<unsigned char>(request[i] - 'a') < 26;
            request[i] = static_cast<unsigned char>(lower ? request[i] - 32 : request[i]);
        }
        // Not in `sum` itself: it might be one of the bytes for all that the compiler knows, which would then add them
        // one at a time.
        std::uint64_t sum_of_part = 0;
        for (std::size_t i = 0; i < count; ++i) sum_of_part += request[i];
        sum += sum_of_part;
        bytes += count;
    }
};

struct EchoSetup {
    int listener;
    std::size_t connections;   // the server accepts so many, and no more
    std::size_t buffer_bytes;  // of each connection
    // The server calls this when a connection has ended: its client has closed it, or it is broken. Must not throw.
    std::function<void(Served)> ended;
};

// Each server returns when all connections have ended. If it throws (std::system_error), it has closed them all.

// One thread for each connection, with calls that block. The threads call `ended` at the same time.
void serve_echo_by_threads(const EchoSetup& setup);
// One thread, level-triggered epoll, one state for each connection. Makes the listener non-blocking.
void serve_echo_by_epoll(const EchoSetup& setup);
// One thread, level-triggered epoll, one C++20 coroutine for each connection: the coroutine's local variables are the
// connection's state. Makes the listener non-blocking.
void serve_echo_by_coroutines(const EchoSetup& setup);
// One thread, io_uring by liburing, without its optimisations: each accept, receive and send is a request. One system
// call for each turn of the loop submits all requests and waits.
void serve_echo_by_uring(const EchoSetup& setup);
// As the documentation of each library writes an echo server; one thread. All make the listener non-blocking.
void serve_echo_by_libuv(const EchoSetup& setup);
void serve_echo_by_asio(const EchoSetup& setup);
// With plain events, as libevent's own benchmark uses them.
void serve_echo_by_libevent(const EchoSetup& setup);

// After a call that failed: the descriptor is not ready, or a signal came. The caller repeats the call later.
inline bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace bench
