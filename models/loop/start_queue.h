#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/loop/run_queue.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Tasks that were started and have not run yet. A spawned task does not run inside its parent. A task gets its carrier
// only when it begins, so that tasks that end at once use the same memory one after another. A null task stands for a
// root task, which is made then too.
//
// Model: begin(task, id) lets the task begin.
template <class Model>
class StartQueue final : public Continuation {
public:
    explicit StartQueue(Model& model) : model_{model} {}

    void add(RunQueue& run_queue, std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        if (added_.empty()) run_queue.post(*this);
        added_.emplace_back(std::move(task), id);
    }
    void resume() override {
        beginning_.swap(added_);
        for (auto& [task, id] : beginning_) model_.begin(std::move(task), id);
        beginning_.clear();
    }

private:
    using Tasks = std::vector<std::pair<std::unique_ptr<tasks::Task>, tasks::TaskId>>;

    Model& model_;
    Tasks added_;
    Tasks beginning_;  // a member so that its memory is used again
};

}  // namespace models
