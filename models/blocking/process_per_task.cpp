// Carrier: a forked process for each task. Waiter: blocking in the call.
//
// The strongest isolation: a task that crashes takes nothing with it. The child gets a copy of the parent's page
// tables, so that the price of a fork (280-530 us here) grows with the parent's memory; its digest comes back
// through shared memory, its status through waitpid. The weakness is that price, and a process's memory for each
// task that waits.
#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "models/blocking/run_blocking.h"
#include "models/model.h"
#include "sys/child_process.h"

namespace models {
namespace {

void require_success(int status) {
    if (const std::string ending = sys::describe_exit(status); !ending.empty()) {
        throw std::runtime_error{"a task's process ended with " + ending};
    }
}

// Where a process keeps those that it forked. Each child starts with an empty one: it forks for itself what its
// own task spawns, and waits for it.
class Children {
public:
    Children(tasks::Ledger& ledger, BlockingEvents& events) : ledger_{ledger}, events_{events} {}

    void start(tasks::Task& task, tasks::TaskId id) {
        reap_ended();
        children_.push_back(sys::ChildProcess::fork([&task, id, &ledger = ledger_, &events = events_] {
            Children own{ledger, events};
            run_blocking(task, id, ledger, events, own);
            own.wait_all();
        }));
    }

    void wait_all() {
        for (sys::ChildProcess& child : children_) require_success(child.wait());
        children_.clear();
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        try {
            start(*task, tasks::TaskId::spawned);
        } catch (const std::system_error& error) {
            return {-error.code().value()};
        }
        // The child has its own copy; this one goes, and with it our descriptor of its connection.
        return {};
    }
    void yield() noexcept { std::this_thread::yield(); }

private:
    // Ended children hold a process number until they are waited for. Looked for when there are twice as many as were
    // left the last time: one that runs long must not keep those after it.
    void reap_ended() {
        if (children_.size() < reap_at_) return;
        std::erase_if(children_, [](sys::ChildProcess& child) {
            const std::optional<int> status = child.try_wait();
            if (status) require_success(*status);
            return status.has_value();
        });
        reap_at_ = std::max(reap_least, 2 * children_.size());
    }

    static constexpr std::size_t reap_least = 64;

    tasks::Ledger& ledger_;
    BlockingEvents& events_;
    std::vector<sys::ChildProcess> children_;
    std::size_t reap_at_ = reap_least;
};

class ProcessPerTask final : public Model {
public:
    ProcessPerTask(const tasks::Job& job, tasks::Ledger& ledger)
        : job_{job}, ledger_{ledger}, events_{job.demand().events} {}

    void run() override {
        events_.clear();
        Children children{ledger_, events_};
        for (std::size_t index = 0; index < job_.size(); ++index) {
            children.start(*job_.make(index), tasks::root(index));
        }
        children.wait_all();
    }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingEvents events_;
};

}  // namespace

extern constinit const Entry process_per_task_entry{
    .name = "process_per_task",
    .family = Family::processes,
    .carrier = "process each",
    .waiter = "blocking",
    .summary = "a fork for each task",
    .parameters = {},
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            const Support processes = enough_processes(demand.tasks_at_once, "processes");
            return processes ? enough_descriptors(demand.descriptors_per_task) : processes;
        },
    .make = make_model<ProcessPerTask>,
    .classic = true,
    .forks = true,
};

}  // namespace models
