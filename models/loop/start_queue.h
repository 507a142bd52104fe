#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/loop/run_queue.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Tasks that have been started and wait for their first turn: a task that is spawned does not run inside its parent.
// Only then does the model give them what carries them, so that those who end at once use the same memory one after
// another.
//
// Model: has begin(task, id), which gives a task its carrier and its first turn.
template <class Model>
class StartQueue final : public Continuation {
public:
    explicit StartQueue(Model& model) : model_{model} {}

    void add(RunQueue& turns, std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        if (waiting_.empty()) turns.post(*this);
        waiting_.emplace_back(std::move(task), id);
    }
    void resume() override {
        now_.swap(waiting_);
        for (auto& [task, id] : now_) model_.begin(std::move(task), id);
        now_.clear();
    }

private:
    using Tasks = std::vector<std::pair<std::unique_ptr<tasks::Task>, tasks::TaskId>>;

    Model& model_;
    Tasks waiting_;
    Tasks now_;  // kept for its memory
};

}  // namespace models
