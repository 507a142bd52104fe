// Carrier: N processes, forked once. Wait mechanism: blocking in the call.
//
// A child takes the index of the next root task from a counter in shared memory and makes the task for itself; nothing
// else crosses between processes. A server is preforked: each child accepts for itself and serves the connection to its
// end. Isolation, and each worker's fork is paid beforehand. Its weaknesses: no more than N tasks wait at once, and
// sharing state takes explicit shared memory.
#include <atomic>

#include "models/blocking/blocking_model.h"
#include "models/model.h"
#include "models/workers/forked_workers.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

class ProcessPool final : public BlockingModel {
public:
    ProcessPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : BlockingModel{job, ledger}, workers_{workers, [this](std::size_t) { return [this] { work(); }; }} {}

    sys::ResourceUsage live_children() const override { return workers_.live_children(); }

    // In the child: the process that accepted a connection serves it.
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        run_task(*task, tasks::TaskId::spawned, *this);
        return {};
    }

private:
    void run_roots() override {
        next_index_->store(0, std::memory_order_relaxed);
        workers_.run();
    }
    void work() {
        for (;;) {
            const std::size_t index = next_index_->fetch_add(1, std::memory_order_relaxed);
            if (index >= job().size()) return;
            run_root(index, *this);
        }
    }

    sys::Shared<std::atomic<std::size_t>> next_index_;
    ForkedWorkers workers_;  // destroyed first: they use the members above
};

}  // namespace

extern constinit const Entry process_pool_entry{
    .name = "process_pool",
    .family = Family::processes,
    .carrier = "N processes, forked once",
    .wait_mechanism = "blocking",
    .summary = "preforked workers take indices from shared memory",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            const std::size_t in_pool = arguments.count("workers");
            return first_refusal({enough_at_once(demand, in_pool), enough_processes(in_pool, "processes"),
                                  enough_descriptors(demand.descriptors_per_task)});
        },
    .make = make_pool<ProcessPool>,
    .acceptors = as_many_as_workers,
    .default_arguments = more_workers_to_wait,
    .classic = true,
    .forks = true,
    .tasks_at_once = as_many_as_workers,
};

}  // namespace models
