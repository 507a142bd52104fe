#pragma once

#include <cstddef>
#include <functional>

#include "bench/native/posix.h"

namespace bench {

// An echo server as one would write it by hand, with nothing of concur: one thread, level-triggered epoll, one state
// for each connection, no timers, no other operations. It accepts `connections` connections on the listener (which
// it makes non-blocking), answers everything in upper case, calls `ended` for each that its client has closed (or that
// broke), and returns when all have ended. Throws std::system_error, and has then closed what was open.
void serve_echo_by_epoll(int listener, std::size_t connections, std::size_t buffer_bytes,
                         const std::function<void(Served)>& ended);

}  // namespace bench
