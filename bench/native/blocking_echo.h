#pragma once

#include <cstddef>
#include <functional>

#include "bench/native/posix.h"

namespace bench {

// The same with a thread for each connection, and calls that block. `ended` is called by any of them,
// and must not throw.
void serve_echo_by_threads(int listener, std::size_t connections, std::size_t buffer_bytes,
                           const std::function<void(Served)>& ended);

}  // namespace bench
