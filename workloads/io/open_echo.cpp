// I/O: the echo server under clients that send at a fixed rate, whether or not the last request was answered by then
// (open loop): each request is timed from the moment when it should have been sent, so that a server that stalls
// cannot hide it by keeping its clients from asking. (G. Tene, "How NOT to measure latency", 2013; wrk2.)
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
    .summary = "the echo server under clients that send at a fixed rate (open loop)",
    .parameters = parameters,
    .points = points,
    .smoke = "connections:4/payload:64/rate:20000/requests:5",
    .make = [](const tasks::Arguments& arguments, std::size_t acceptors) -> std::unique_ptr<Workload> {
        return make_echo({arguments.count("connections"), arguments.count("payload"),
                          static_cast<std::uint64_t>(arguments.at("requests")), arguments.at("rate")},
                         acceptors);
    },
};

}  // namespace workloads
