#pragma once

#include <cstdint>

#include "sys/unique_fd.h"
#include "tasks/operation.h"

namespace workloads {

// A socket for the client's side of connection number `number`, counted over all runs. The side that closes first
// keeps each port for a minute (TIME_WAIT). So the source addresses go from 127.0.0.1 to 127.0.0.250, and 10,000
// connections share one of them: well below the 28,000 ports that Linux has for each. Where no socket can be had the
// returned descriptor is empty, and `result` holds the negative errno.
[[nodiscard]] sys::UniqueFd open_client_socket(std::uint64_t number, tasks::Result& result);

}  // namespace workloads
