// I/O: the echo server with a crowd of connections, of which only a few are busy. The others have one round before the
// first window, are silent while the windows are open, and are asked once more at the end, so that a server which has
// lost one of them is noticed. What is measured: the price of a request beside idle connections, and the memory that
// the model and the kernel hold for each connection while all of them are silent.
#include <cstddef>
#include <memory>

#include "workloads/io/echo.h"
#include "workloads/io/server.h"

namespace workloads {
namespace {

constexpr std::size_t payload = 64;

constexpr tasks::Parameter parameters[] = {
    {"connections", 10'000, 1, 1'000'000, "clients, each with one connection"},
    {"active", 10, 1, 1'000'000, "clients that send requests, spread over all; the others are silent"},
    {"requests", 20'000, 1, 1'000'000'000, "requests of the active clients together in each window"},
};
constexpr Point points[] = {
    {"connections:100/active:10", 1},
    {"connections:1000/active:10", 1},
    {"connections:10000/active:10", 1},
};

}  // namespace

extern constinit const Entry idle_crowd_entry{
    .name = "idle_crowd",
    .group = Group::io,
    .unit = "request",
    .summary = "TCP server with a crowd of connections, of which only a few are busy",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:6/active:1/requests:10",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        const std::size_t connections = arguments.count("connections");
        return make_echo({.clients = {.connections = connections,
                                      .requests = arguments.count("requests"),
                                      .silent = connections - arguments.count("active")},
                          .payload = payload,
                          // No more than a request needs: the memory of a connection is that of the model.
                          .buffer_least = 2 * payload},
                         acceptors);
    },
    .check =
        [](const tasks::Arguments& arguments) {
            require_one_for_each(arguments, "connections", "active");
            require_one_for_each(arguments, "requests", "active");
        },
    .kept_open = connections_of,
};

}  // namespace workloads
