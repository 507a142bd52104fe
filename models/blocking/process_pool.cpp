// Carrier: N processes, forked once. Waiter: blocking in the call.
//
// A child takes the index of the next root task from a counter in shared memory and makes the task for itself;
// nothing else crosses between processes. A server is preforked: each child accepts for itself and serves the
// connection to its end. Isolation at the price of one fork for each worker, paid beforehand. Its weakness: no
// more than N tasks wait at once, and state cannot be shared without asking for it.
#include <atomic>
#include <thread>

#include "models/blocking/run_blocking.h"
#include "models/model.h"
#include "models/workers/forked_workers.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

class ProcessPool final : public Model {
public:
    ProcessPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : job_{job}, ledger_{ledger}, events_{job.demand().events}, workers_{workers, [this](std::size_t) {
                                                                                 return [this] { work(); };
                                                                             }} {}

    void run() override {
        events_.clear();
        next_index_->store(0, std::memory_order_relaxed);
        workers_.run();
    }

    sys::ResourceUsage live_children() const override { return workers_.usage(); }

    // In the child: prefork serves a connection where it was accepted.
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        run_blocking(*task, tasks::TaskId::spawned, ledger_, events_, *this);
        return {};
    }
    void yield() noexcept { std::this_thread::yield(); }

private:
    void work() {
        for (;;) {
            const std::size_t index = next_index_->fetch_add(1, std::memory_order_relaxed);
            if (index >= job_.size()) return;
            run_blocking(*job_.make(index), tasks::root(index), ledger_, events_, *this);
        }
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
    sys::Shared<std::atomic<std::size_t>> next_index_;
    ForkedWorkers workers_;  // ended first: they use all of the above
};

}  // namespace

extern constinit const Entry process_pool_entry{
    .name = "process_pool",
    .family = Family::processes,
    .carrier = "N processes, forked once",
    .waiter = "blocking",
    .summary = "preforked workers take indices from shared memory",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            if (Support together = enough_at_once(demand, arguments.count("workers")); !together) return together;
            const Support processes = enough_processes(arguments.count("workers"), "processes");
            return processes ? enough_descriptors(demand.descriptors_per_task) : processes;
        },
    .make = make_pool<ProcessPool>,
    .acceptors = as_many_as_workers,
    .default_arguments = more_workers_to_wait,
    .classic = true,
    .forks = true,
    .tasks_at_once = as_many_as_workers,
};

}  // namespace models
