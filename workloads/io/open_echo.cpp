// I/O: the echo server, with clients that send at a fixed rate (open loop). The latency of a request is counted from
// the time at which it should have been sent, even if the answer before it was late. So a stall of the server counts
// for every request that it delayed. (G. Tene, "How NOT to measure latency", 2013; wrk2.)
#include "workloads/io/echo.h"

namespace workloads {
namespace {

constexpr tasks::Parameter parameters[] = {
    {"connections", 100, 1, 1'000'000, "clients, each with one connection and one request at a time"},
    {"payload", 64, 1, 1 << 24, "bytes of a request, and of its answer"},
    {"rate", 10'000, 1, 100'000'000, "requests per second of all clients together, evenly spaced"},
    {"requests", 50, 1, 1'000'000'000, "requests of each connection"},
};
constexpr Point points[] = {
    {"connections:100/payload:64/rate:5000/requests:10", 1},
    {"connections:100/payload:64/rate:20000/requests:40", 1},
    {"connections:100/payload:64/rate:80000/requests:160", 1},
};

}  // namespace

extern constinit const Entry open_echo_entry{
    .name = "open_echo",
    .group = Group::io,
    .unit = "request",
    .summary = "the echo server, with clients that send at a fixed rate (open loop)",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:4/payload:64/rate:20000/requests:5",
    .make = [](const tasks::Arguments& arguments, std::size_t acceptors) -> std::unique_ptr<Workload> {
        return make_echo({arguments.count("connections"), arguments.count("requests"), arguments.at("rate")},
                         arguments.count("payload"), acceptors);
    },
};

}  // namespace workloads
