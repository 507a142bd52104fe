// Carrier: N threads, each with a loop's table and a listener of its own. Wait mechanism: epoll, level-triggered, one
// for each loop.
//
// As epoll_per_core, but the listeners share a port by SO_REUSEPORT (Linux 3.9): by a hash of its addresses and ports
// the kernel gives each connection to one of them. So no loop wakes for a connection of another, and each gets about
// the same number. nginx (reuseport), Envoy and Seastar work so. Its weakness: the hash knows nothing of the load. With
// few connections some loops have several and others none, and connections to a loop that is busy wait for this loop.
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "models/workers/loop_threads.h"

namespace models {
extern constinit const Entry reuseport_per_core_entry{
    .name = "reuseport_per_core",
    .family = Family::hybrids,
    .carrier = "N threads, a loop's table each",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "an event loop with a listener of its own on each of N threads",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal({nothing_shared(demand), support_worker_threads(demand, arguments)});
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        return std::make_unique<LoopThreads<EventLoop>>(
            arguments.count("workers"), [&] { return std::make_unique<EventLoop>(job, ledger, make_epoll_poller()); });
    },
    .acceptors = as_many_as_workers,
    .default_arguments = a_worker_for_each_cpu,
    .shares_events = false,
    .own_listeners = true,
};

}  // namespace models
