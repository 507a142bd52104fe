// Carrier: N processes, forked once, each with a loop's table of its own. Waiter: epoll, level-triggered, one for each.
//
// As nginx and HAProxy do it: a process for each CPU, and in it a loop for all of its connections. The isolation of
// processes at the price of a loop. Its weakness is that of every loop on its own: what waits in a busy one cannot go
// to an idle one, and nothing is shared without asking for it.
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "models/workers/forked_workers.h"
#include "models/workers/loop_threads.h"

namespace models {
namespace {

class PreforkEpoll final : public Model {
public:
    PreforkEpoll(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : workers_{workers, [&job, &ledger, workers](std::size_t worker) {
                       auto loop = std::make_shared<EventLoop>(job, ledger, make_epoll_poller());
                       return [loop, worker, workers] { loop->run_part(worker, workers); };
                   }} {}

    void run() override { workers_.run(); }
    sys::ResourceUsage live_children() const override { return workers_.usage(); }

private:
    ForkedWorkers workers_;
};

}  // namespace

extern constinit const Entry prefork_epoll_entry{
    .name = "prefork_epoll",
    .family = Family::hybrids,
    .carrier = "N processes, a loop's table each",
    .waiter = "epoll, level-triggered",
    .summary = "an event loop in each of N forked processes",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            if (Support apart = loops_share_nothing(demand); !apart) return apart;
            const Support processes = enough_processes(arguments.count("workers"), "processes");
            return processes ? support_one_process(demand, arguments) : processes;
        },
    .make = make_pool<PreforkEpoll>,
    .acceptors = as_many_as_workers,
    .default_arguments = a_worker_for_each_cpu,
    .forks = true,
    .shares_events = false,
};

}  // namespace models
