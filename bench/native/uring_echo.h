#pragma once

#include <cstddef>
#include <functional>

#include "bench/native/posix.h"

namespace bench {

// The same with completions, plain: one accept, receive or send is one request, and all requests of a turn go with the
// one system call that waits (liburing).
void serve_echo_by_uring(int listener, std::size_t connections, std::size_t buffer_bytes,
                         const std::function<void(Served)>& ended);

}  // namespace bench
