#pragma once

#include <cstddef>
#include <memory>

#include "workloads/io/client_task.h"
#include "workloads/workload.h"

namespace workloads {

// The server of echo and open_echo. `payload`: bytes of a request, and of its answer. Throws std::system_error if
// there is no socket.
[[nodiscard]] std::unique_ptr<Workload> make_echo(const ClientArguments& arguments, std::size_t payload,
                                                  std::size_t acceptors);

}  // namespace workloads
