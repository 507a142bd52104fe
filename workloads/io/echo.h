#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "sys/tcp.h"
#include "workloads/io/client_statistics.h"
#include "workloads/workload.h"

namespace workloads {

struct EchoArguments {
    std::size_t connections;
    std::size_t payload;
    std::uint64_t requests;  // of each connection
    std::int64_t rate = 0;   // requests/s of all connections together; 0: each when the last was answered (closed loop)
};

// The server of echo and open_echo; its peer are the clients.
[[nodiscard]] std::unique_ptr<Workload> make_echo(const EchoArguments& arguments, std::size_t acceptors);

// The clients: a connection each. They compare every byte, and time every answer.
[[nodiscard]] std::unique_ptr<Workload> make_echo_clients(const EchoArguments& arguments, ClientStatistics& statistics,
                                                          sys::Endpoint server);
// What the connections' digests add up to when all requests were answered.
[[nodiscard]] std::uint64_t echo_digest_sum(const EchoArguments& arguments);

}  // namespace workloads
