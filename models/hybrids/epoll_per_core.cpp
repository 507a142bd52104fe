// Carrier: N threads, each with a loop's table. Wait mechanism: epoll, level-triggered, one for each loop.
//
// A task stays on the loop on which it began: no lock and no queue between loops, and all CPUs are used. Most fast
// servers work so (nginx with threads, Envoy, in spirit Seastar). Its weakness: a busy loop cannot give its waiting
// tasks to another, so unequal connections leave CPUs idle, and shared state must be handed from loop to loop.
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "models/workers/loop_threads.h"

namespace models {
extern constinit const Entry epoll_per_core_entry{
    .name = "epoll_per_core",
    .family = Family::hybrids,
    .carrier = "N threads, a loop's table each",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "an event loop on each of N threads",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal({nothing_shared(demand), support_worker_threads(demand, arguments)});
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        return std::make_unique<LoopThreads<EventLoop>>(arguments.count("workers"), [&] {
            return std::make_unique<EventLoop>(job, ledger, make_sharing_epoll_poller());
        });
    },
    .acceptors = as_many_as_workers,
    .default_arguments = a_worker_for_each_cpu,
    .shares_events = false,
};

}  // namespace models
