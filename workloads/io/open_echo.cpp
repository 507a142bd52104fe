// I/O: the echo server, with clients that send at a fixed rate (open loop). The latency of a request is counted from
// the time at which it should have been sent, even if the answer before it was late. So a stall of the server counts
// for every request that it delayed. (G. Tene, "How NOT to measure latency", 2013; wrk2.)
#include "workloads/io/echo.h"
#include "workloads/io/server.h"

namespace workloads {
namespace {

constexpr tasks::Parameter parameters[] = {
    {"connections", 100, 1, 1'000'000, "clients, each with one connection and one request at a time"},
    {"payload", 64, 1, 1 << 24, "bytes of a request, and of its answer"},
    {"rate", 10'000, 1, 100'000'000, "requests per second of all clients together, evenly spaced"},
    {"requests", 5'000, 1, 1'000'000'000, "requests of all connections together in each window"},
};
constexpr Point points[] = {
    {"connections:100/payload:64/rate:5000/requests:1000", 1},
    {"connections:100/payload:64/rate:20000/requests:4000", 1},
    {"connections:100/payload:64/rate:80000/requests:16000", 1},
};

}  // namespace

extern constinit const Entry open_echo_entry{
    .name = "open_echo",
    .group = Group::io,
    .unit = "request",
    .summary = "the echo server, with clients that send at a fixed rate (open loop)",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:4/payload:64/rate:20000/requests:20",
    .make = [](const tasks::Arguments& arguments, Acceptors acceptors) -> std::unique_ptr<Workload> {
        return make_echo(
            {.clients = {arguments.count("connections"), arguments.count("requests"), arguments.at("rate")},
             .payload = arguments.count("payload")},
            acceptors);
    },
    .check = require_a_request_for_each,
    .kept_open = connections_of,
    .in_turns = false,
};

}  // namespace workloads
