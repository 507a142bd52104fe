// Carrier: N processes, forked once, each with a loop's table. Wait mechanism: epoll, level-triggered, one for each
// process.
//
// nginx and HAProxy work so: a process for each CPU, with one loop for all of its connections. The isolation of
// processes at the price of a loop. Its weakness: tasks that wait in a busy loop cannot move to an idle one, and
// sharing state takes explicit shared memory.
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "models/workers/forked_workers.h"

namespace models {
extern constinit const Entry prefork_epoll_entry{
    .name = "prefork_epoll",
    .family = Family::hybrids,
    .carrier = "N processes, a loop's table each",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "an event loop in each of N forked processes",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal({nothing_shared(demand), enough_processes(arguments.count("workers"), "processes"),
                                  support_one_process(demand, arguments)});
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        const std::size_t count = arguments.count("workers");
        return std::make_unique<ForkedWorkers>(count, [&](std::size_t worker) {
            auto loop = std::make_shared<EventLoop>(job, ledger, make_sharing_epoll_poller());
            return [loop, worker, count] { loop->run_part(worker, count); };
        });
    },
    .acceptors = as_many_as_workers,
    .default_arguments = a_worker_for_each_cpu,
    .forks = true,
    .shares_events = false,
};

}  // namespace models
