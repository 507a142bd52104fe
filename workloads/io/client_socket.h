#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "sys/unique_fd.h"
#include "tasks/operation.h"
#include "workloads/io/listeners.h"

namespace workloads {

// Opens the client's socket of connection number `number`, counted from 0 over all runs, and binds it to an address.
// The side that closes a connection first keeps its port for a minute (TIME_WAIT), and Linux has 28,000 ports for each
// address. So only 10,000 connections in a row use the same address, and the addresses go from 127.0.0.1 to
// 127.0.0.250. If there is no socket, the returned descriptor is empty, and `result` is the negative errno.
[[nodiscard]] sys::UniqueFd open_client_socket(std::uint64_t number, tasks::Result& result);

// The socket of a client, so that another thread can shut it down; -1 while the client has none.
using SocketPlace = std::atomic<int>;

// Shuts the sockets and the listeners down: clients and server receive the end of the stream, and the server accepts no
// more. So neither waits for the other any longer.
void hang_up_all(const Listeners& listeners, std::span<const SocketPlace> places) noexcept;

}  // namespace workloads
