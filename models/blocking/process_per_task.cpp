// Carrier: a forked process for each task. Wait mechanism: blocking in the call.
//
// The strongest isolation: a task that crashes harms no other. The child gets a copy of the parent's page tables, so
// the price of a fork (280-530 us here) grows with the parent's memory. The child's digest comes back through shared
// memory, its status through waitpid. Its weakness is that price, and the memory of a process for each task that waits.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/blocking/counted_children.h"
#include "models/model.h"
#include "sys/child_process.h"
#include "sys/first_text.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

class ProcessPerTask final : public BlockingModel {
public:
    ProcessPerTask(const tasks::Job& job, tasks::Ledger& ledger)
        : BlockingModel{job, ledger, sys::Sharing::between_processes},
          cells_{job.demand().parents},
          cells_taken_{cells_.size() > 0 ? std::size_t{1} : 0} {}

private:
    // In shared memory, one for each task that has children: the only way of a digest from a child to its parent.
    class Cell final : public CountedChildren {};

    // The processes that one process has forked: it awaits the tasks that its task spawns.
    class Processes {
    public:
        explicit Processes(ProcessPerTask& model) : model_{model} {}

        void start_root(std::size_t index) {
            start(others_, [this, index](Processes& own) {
                Children children;
                model_.run_root(index, children, own);
            });
        }
        void wait_all() { wait_for(others_, children_); }

        // The new process has its own copy of the task. Ours is destroyed here, and closes our descriptor of its
        // connection.
        tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
            return result_of([&] {
                start(others_, [&](Processes& own) {
                    Children children;
                    model_.run_task(*task, tasks::TaskId::spawned, children, own);
                });
            });
        }

        struct Children {
            Cell* cell = nullptr;  // null: the task has had no child
        };
        tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
            if (siblings.cell == nullptr) siblings.cell = &model_.take_cell();
            const tasks::Result started = result_of([&] {
                start(children_, [&](Processes& own) {
                    Children children;
                    model_.run_child(*task, children, own,
                                     [&](const tasks::Finish& finish) { siblings.cell->child_ends(finish); });
                });
            });
            if (!started.failed()) siblings.cell->child_started(model_.primitives());
            return started;
        }
        // A process ends after those that it has forked. So this waits also for the tasks that a child has spawned and
        // that are no children. If one of them waits for what the parent does after its Join, the run does not end.
        tasks::Result join(Children& children) {
            const tasks::Result result = children.cell->join([&] { wait_for(children_, others_); });
            wait_for(children_, others_);
            return result;
        }
        static void yield() noexcept { BlockingModel::yield(); }

    private:
        struct Forked {
            std::vector<sys::ChildProcess> processes;
            std::size_t reap_at = reap_least;
        };

        // Forks a process, which calls `body` with its own list.
        template <class Body>
        void start(Forked& list, Body body) {
            reap_ended(list);
            list.processes.push_back(sys::ChildProcess::fork([&, parent = ::getpid()] {
                try {
                    Processes own{model_};
                    body(own);
                    own.wait_all();
                } catch (const std::exception& error) {
                    model_.failure_->write(error.what());
                    // A parent that runs a task itself may wait for us. Its end wakes its own parent, and so on.
                    if (parent != model_.caller_ && ::getppid() == parent) ::kill(parent, SIGKILL);
                    throw;
                }
            }));
        }
        // Waits for all of one list, in the order in which they end: one that has failed may be what another one waits
        // for. One of the other list that ends meanwhile is reaped too.
        void wait_for(Forked& list, Forked& other) {
            const auto runs = [](const sys::ChildProcess& process) { return process.pid() != -1; };
            std::size_t first = 0;
            for (auto left = std::ranges::count_if(list.processes, runs); left > 0;) {
                while (!runs(list.processes[first])) ++first;
                const std::span rest = std::span{list.processes}.subspan(first);
                const pid_t ended = sys::ChildProcess::wait_for_any();
                if (const auto one = std::ranges::find(rest, ended, &sys::ChildProcess::pid); one != rest.end()) {
                    model_.require_success(one->wait());
                    --left;
                } else if (const auto found = std::ranges::find(other.processes, ended, &sys::ChildProcess::pid);
                           found != other.processes.end()) {
                    model_.require_success(found->wait());
                } else {
                    // The peer has ended, so all connections break: any order will do.
                    model_.require_success(rest.front().wait());
                    --left;
                }
            }
            list.processes.clear();
        }
        // A process that has ended keeps its number until it is reaped. All are looked at whenever how many there are
        // has doubled: one that runs long must not delay the reaping of those after it.
        void reap_ended(Forked& list) {
            if (list.processes.size() < list.reap_at) return;
            std::erase_if(list.processes, [this](sys::ChildProcess& process) {
                const std::optional<int> status = process.try_wait();
                if (status) model_.require_success(*status);
                return status.has_value();
            });
            list.reap_at = std::max(reap_least, 2 * list.processes.size());
        }

        static constexpr std::size_t reap_least = 64;

        ProcessPerTask& model_;
        Forked children_;  // they run the children of this process's task
        Forked others_;
    };

    [[nodiscard]] Cell& take_cell() {
        const std::size_t taken = cells_.size() > 0 ? cells_taken_[0].fetch_add(1, std::memory_order_relaxed) : 0;
        if (taken >= cells_.size()) throw std::logic_error{"more tasks have children than the job's demand says"};
        return *std::construct_at(&cells_[taken]);
    }

    void require_success(int status) const {
        const std::string ending = sys::describe_exit(status);
        if (ending.empty()) return;
        const std::string why = failure_->read();
        throw std::runtime_error{"a task's process ended with " + ending + (why.empty() ? "" : ": " + why)};
    }

    void run_roots() override {
        for (auto& taken : cells_taken_) taken.store(0, std::memory_order_relaxed);
        Processes roots{*this};
        for (std::size_t index = 0; index < job().size(); ++index) roots.start_root(index);
        roots.wait_all();
    }

    sys::Shared<sys::FirstText> failure_;  // of any process
    sys::SharedArray<Cell> cells_;
    // One, in this run. None if no task has children: every mapping makes a fork dearer.
    sys::SharedArray<std::atomic<std::size_t>> cells_taken_;
    pid_t caller_ = ::getpid();
};

}  // namespace

extern constinit const Entry process_per_task_entry{
    .name = "process_per_task",
    .family = Family::processes,
    .carrier = "process each",
    .wait_mechanism = "blocking",
    .summary = "a fork for each task",
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            return first_refusal({enough_processes(demand.tasks_at_once, "processes"),
                                  enough_memory(demand.tasks_at_once, process_bytes_least, "processes"),
                                  enough_descriptors(demand.descriptors_per_task)});
        },
    .make = make_model<ProcessPerTask>,
    .classic = true,
    .forks = true,
};

}  // namespace models
