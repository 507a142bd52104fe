// Carrier: N threads, each with a loop's table of its own. Waiter: epoll, level-triggered, one for each loop.
//
// A task lives and dies on the loop that it began on: no lock, no queue between them, and all CPUs are used. What most
// fast servers are (nginx with threads, Envoy, Seastar in spirit). Its weakness: a loop that is busy cannot give
// away what waits in it, so that unequal connections leave CPUs idle, and whatever is shared has to be handed over.
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"
#include "models/workers/loop_threads.h"

namespace models {
namespace {

class EpollPerCore final : public Model {
public:
    EpollPerCore(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : loops_{workers, [&](std::deque<EventLoop>& loops) { loops.emplace_back(job, ledger, make_epoll_poller()); }} {
    }

    void run() override { loops_.run_part(0, 1); }

private:
    LoopThreads<EventLoop> loops_;
};

}  // namespace

extern constinit const Entry epoll_per_core_entry{
    .name = "epoll_per_core",
    .family = Family::hybrids,
    .carrier = "N threads, a loop's table each",
    .waiter = "epoll, level-triggered",
    .summary = "an event loop on each of N threads",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            if (Support apart = loops_share_nothing(demand); !apart) return apart;
            const Support threads = enough_processes(arguments.count("workers"), "threads");
            return threads ? support_one_process(demand, arguments) : threads;
        },
    .make = make_pool<EpollPerCore>,
    .acceptors = as_many_as_workers,
    .default_arguments = a_worker_for_each_cpu,
    .shares_events = false,
};

}  // namespace models
