#pragma once

#include <memory>
#include <utility>

#include "models/loop/continuation.h"
#include "models/loop/join_counter.h"
#include "models/loop/reports_to.h"
#include "models/loop/run_queue.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

using LoopReportsTo = ReportsTo<LocalJoinCounter>;

// The base of every carrier of a loop: its task, to whom that reports, and the children of the task.
class CarriedTask : public Continuation {
public:
    [[nodiscard]] tasks::Task& task() noexcept { return *task_; }

    // The task is about to spawn a child; the child reports to what this returns.
    [[nodiscard]] LoopReportsTo child_begins() {
        if (children_ == nullptr) children_ = std::make_unique<LocalJoinCounter>();
        children_->child_begins();
        return LoopReportsTo{*children_};
    }
    // The task's Join. True: its result is in `result`. False: the run queue will resume the task with it.
    [[nodiscard]] bool join(tasks::Result& result) noexcept {
        return children_ == nullptr || children_->join(*this, result);
    }

protected:
    CarriedTask() = default;
    CarriedTask(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) noexcept
        : task_{std::move(task)}, reports_to_{reports_to} {}
    ~CarriedTask() = default;

    [[nodiscard]] bool has_task() const noexcept { return task_ != nullptr; }
    void take(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) noexcept {
        task_ = std::move(task);
        reports_to_ = reports_to;
    }
    // For a root task that its carrier makes.
    void make_root(const tasks::Job& job) { task_ = job.make(static_cast<std::size_t>(reports_to_.id())); }
    // Reports the end of the task. Its parent goes on by the run queue, if it waits for this task alone.
    void report(const tasks::Finish& finish, tasks::Ledger& ledger, RunQueue& run_queue) {
        if (children_ != nullptr) children_->require_joined();
        if (Continuation* const parent = reports_to_.report(finish, ledger)) run_queue.post(*parent);
    }
    void destroy_task() noexcept { task_.reset(); }

private:
    std::unique_ptr<tasks::Task> task_;
    LoopReportsTo reports_to_ = tasks::TaskId::spawned;
    std::unique_ptr<LocalJoinCounter> children_;  // null: it has had none. A carrier keeps it for its next task
};

}  // namespace models
