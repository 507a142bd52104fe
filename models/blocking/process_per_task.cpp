// Carrier: a forked process for each task. Wait mechanism: blocking in the call.
//
// The strongest isolation: a task that crashes harms no other. The child gets a copy of the parent's page tables, so
// the price of a fork (280-530 us here) grows with the parent's memory. The child's digest comes back through shared
// memory, its status through waitpid. Its weakness is that price, and the memory of a process for each task that waits.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/model.h"
#include "sys/child_process.h"
#include "sys/first_text.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

class ProcessPerTask final : public BlockingModel {
public:
    ProcessPerTask(const tasks::Job& job, tasks::Ledger& ledger)
        : BlockingModel{job, ledger, sys::Sharing::between_processes} {}

private:
    // The children of one process. Each child has its own list: it forks and awaits the tasks that its task spawns.
    class Children {
    public:
        explicit Children(ProcessPerTask& model) : model_{model} {}

        void start_root(std::size_t index) {
            start([this, index](Children& own) { model_.run_root(index, own); });
        }
        // In the order in which they end: one that has failed may be what another one waits for.
        void wait_all() {
            for (std::size_t left = children_.size(), first = 0; left > 0; --left) {
                while (children_[first].pid() == -1) ++first;
                const std::span rest = std::span{children_}.subspan(first);
                const auto ended = std::ranges::find(rest, sys::ChildProcess::wait_for_any(), &sys::ChildProcess::pid);
                // If the peer has ended, all connections break: any order will do.
                model_.require_success((ended != rest.end() ? *ended : rest.front()).wait());
            }
            children_.clear();
        }
        // The child has its own copy of the task. Ours is destroyed here, and closes our descriptor of its connection.
        tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
            return result_of(
                [&] { start([&](Children& own) { model_.run_task(*task, tasks::TaskId::spawned, own); }); });
        }
        static void yield() noexcept { BlockingModel::yield(); }

    private:
        // Forks a child, which calls `body` with its own list of children.
        template <class Body>
        void start(Body body) {
            reap_ended();
            children_.push_back(sys::ChildProcess::fork([&, parent = ::getpid()] {
                try {
                    Children own{model_};
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
        // A child that has ended keeps its process number until it is reaped. All are looked at whenever their number
        // has doubled: a child that runs long must not delay the reaping of those after it.
        void reap_ended() {
            if (children_.size() < reap_at_) return;
            std::erase_if(children_, [this](sys::ChildProcess& child) {
                const std::optional<int> status = child.try_wait();
                if (status) model_.require_success(*status);
                return status.has_value();
            });
            reap_at_ = std::max(reap_least, 2 * children_.size());
        }

        static constexpr std::size_t reap_least = 64;

        ProcessPerTask& model_;
        std::vector<sys::ChildProcess> children_;
        std::size_t reap_at_ = reap_least;
    };

    void require_success(int status) const {
        const std::string ending = sys::describe_exit(status);
        if (ending.empty()) return;
        const std::string why = failure_->read();
        throw std::runtime_error{"a task's process ended with " + ending + (why.empty() ? "" : ": " + why)};
    }

    void run_roots() override {
        Children children{*this};
        for (std::size_t index = 0; index < job().size(); ++index) children.start_root(index);
        children.wait_all();
    }

    sys::Shared<sys::FirstText> failure_;  // of any process
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
