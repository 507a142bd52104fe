// Carrier: N processes, forked once. Wait mechanism: blocking in the call.
//
// The caller puts the index of each root task into a queue in shared memory. A child takes an index and makes the task
// for itself; nothing else crosses between processes. A server is preforked: each child accepts for itself and serves
// the connection to its end. Isolation, and each worker's fork is paid beforehand. Its weaknesses: no more than N tasks
// wait at once, and sharing state takes explicit shared memory.
#include <functional>
#include <optional>

#include "models/blocking/blocking_model.h"
#include "models/model.h"
#include "models/workers/forked_workers.h"
#include "models/workers/index_queue.h"

namespace models {
namespace {

class ProcessPool final : public BlockingModel {
public:
    ProcessPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : BlockingModel{job, ledger, sys::Sharing::between_processes, workers},
          queue_{job.size(), workers},
          workers_{workers, work_of_each()} {}

    sys::ResourceUsage live_children() const override { return workers_.live_children(); }

    // In the child: the process that accepted a connection serves it.
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        Children children;
        run_task(*task, tasks::TaskId::spawned, children, *this);
        return {};
    }
    using Children = InlineChildren;
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        return run_child_inline(*task, siblings, *this);
    }
    static tasks::Result join(Children& children) noexcept { return children.take(); }

private:
    void run_roots() override {
        queue_.clear();
        workers_.run_with([this] {
            for (std::size_t index = 0; index < job().size(); ++index) queue_.put(index);
            queue_.close();
        });
    }
    [[nodiscard]] std::function<ForkedWorkers::Work(std::size_t worker)> work_of_each() {
        return [this](std::size_t) { return [this] { work(); }; };
    }
    void work() {
        while (const std::optional<std::size_t> index = queue_.take()) {
            Children children;
            run_root(*index, children, *this);
        }
    }

    IndexQueue queue_;
    ForkedWorkers workers_;  // destroyed first: they use the members above
};

}  // namespace

extern constinit const Entry process_pool_entry{
    .name = "process_pool",
    .family = Family::processes,
    .carrier = "N processes, forked once",
    .wait_mechanism = "blocking",
    .summary = "preforked workers take indices from a queue in shared memory",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            const std::size_t in_pool = arguments.count("workers");
            return first_refusal({enough_at_once(demand, in_pool), spawned_run_inline(demand),
                                  enough_processes(in_pool, "processes"),
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
