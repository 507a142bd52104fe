#pragma once

#include <cstddef>
#include <functional>

#include "bench/native/posix.h"

namespace bench {

// The same on one thread and level-triggered epoll, by a C++20 coroutine for each connection that holds the state of
// its protocol itself, in local variables.
void serve_echo_by_coroutines(int listener, std::size_t connections, std::size_t buffer_bytes,
                              const std::function<void(Served)>& ended);

}  // namespace bench
