// Carrier: N processes, forked once. Waiter: blocking in the call.
//
// A child takes the index of the next root task from a counter in shared memory and makes the task for itself;
// nothing else crosses between processes. A server is preforked: each child accepts for itself and serves the
// connection to its end. Isolation at the price of one fork for each worker, paid beforehand. Its weakness: no
// more than N tasks wait at once, and state cannot be shared without asking for it.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "models/blocking.h"
#include "models/model.h"
#include "sys/child_process.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

class ProcessPool final : public Model {
public:
    ProcessPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : job_{job}, ledger_{ledger}, events_{job.demand().events}, workers_{workers} {
        for (Worker& worker : workers_) {
            children_.push_back(sys::ChildProcess::fork([this, &worker] { work(worker); }));
        }
    }

    void run() override {
        events_.clear();
        board_->next_index.store(0, std::memory_order_relaxed);
        board_->working.store(workers_.size(), std::memory_order_relaxed);
        for (Worker& worker : workers_) worker.start.post();
        // A child that was killed will never say that it is done: look after them now and then.
        constexpr std::chrono::milliseconds patience{200};
        while (!board_->all_done.wait_until(sys::now() + patience)) require_all_alive();
    }

    sys::ResourceUsage live_children() const override {
        sys::ResourceUsage total;
        for (const Worker& worker : workers_) total += worker.usage;
        return total;
    }

    // In the child: prefork serves a connection where it was accepted.
    tasks::Outcome spawn(std::unique_ptr<tasks::Task> task) {
        run_blocking(*task, tasks::TaskId::spawned, ledger_, events_, *this);
        return {};
    }
    void yield() noexcept { std::this_thread::yield(); }

private:
    struct Board {
        std::atomic<std::size_t> next_index;
        std::atomic<std::size_t> working;
        sys::Semaphore all_done;
    };
    struct Worker {
        sys::Semaphore start;
        sys::ResourceUsage usage;  // written by the child before it says that it is done
    };

    [[noreturn]] void work(Worker& self) {
        const sys::ResourceUsage at_fork = sys::own_usage();
        for (;;) {
            self.start.wait();
            for (;;) {
                const std::size_t index = board_->next_index.fetch_add(1, std::memory_order_relaxed);
                if (index >= job_.size()) break;
                run_blocking(*job_.make(index), tasks::root(index), ledger_, events_, *this);
            }
            self.usage = sys::own_usage() - at_fork;
            if (board_->working.fetch_sub(1, std::memory_order_acq_rel) == 1) board_->all_done.post();
        }
    }

    void require_all_alive() {
        for (sys::ChildProcess& child : children_) {
            if (const std::optional<int> status = child.try_wait()) {
                throw std::runtime_error{"a process of the pool ended with " + sys::describe_exit(*status)};
            }
        }
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
    sys::Shared<Board> board_;
    sys::SharedArray<Worker> workers_;
    std::vector<sys::ChildProcess> children_;  // killed first: they use all of the above
};

}  // namespace

extern const Entry process_pool;
constinit const Entry process_pool{
    .name = "process_pool",
    .family = Family::processes,
    .carrier = "N processes, forked once",
    .waiter = "blocking",
    .summary = "preforked workers take indices from shared memory",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Sizes& sizes) {
            if (Support together = enough_at_once(demand, sizes.count("workers")); !together) return together;
            const Support processes = enough_processes(sizes.count("workers"), "processes");
            return processes ? enough_descriptors(demand.descriptors_per_task) : processes;
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Sizes& sizes) -> std::unique_ptr<Model> {
        return std::make_unique<ProcessPool>(job, ledger, sizes.count("workers"));
    },
    .acceptors = [](const tasks::Sizes& sizes) { return sizes.count("workers"); },
};

}  // namespace models
