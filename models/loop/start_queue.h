#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/loop/carried_task.h"
#include "models/loop/run_queue.h"
#include "tasks/arguments.h"
#include "tasks/task.h"

namespace models {

// Which of the tasks that were started begins next. Breadth first: they take turns, as in every event loop. Depth
// first: the newest, as soon as no other task can go on. So of a tree of tasks few exist at a time, but a task that
// started early may have to wait for long.
enum class StartOrder { breadth_first, depth_first };

// Of a model that offers both. Cases do not name it unless it is 1.
inline constexpr tasks::Parameter depth_first{
    "depth_first", 0, 0, 1, "1: of the tasks that were spawned, the newest begins first", true};
inline constexpr tasks::Parameter parameters_of_order[] = {depth_first};
[[nodiscard]] inline StartOrder start_order(const tasks::Arguments& arguments) {
    return arguments.value_or(depth_first.name, depth_first.fallback) == 1 ? StartOrder::depth_first
                                                                           : StartOrder::breadth_first;
}

// Tasks that were started and have not run yet. A spawned task does not run inside its parent. A task gets its carrier
// only when it begins, so that tasks that end at once use the same memory one after another. A null task stands for a
// root task, which is made then too.
//
// Model: begin(task, reports_to) lets the task begin.
template <class Model>
class StartQueue final : public Continuation {
public:
    explicit StartQueue(Model& model) : model_{model} {}

    void set_order(StartOrder order) noexcept { order_ = order; }

    void add(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        added_.emplace_back(std::move(task), reports_to);
        if (!std::exchange(posted_, true)) model_.run_queue().post(*this);
    }
    void resume() override {
        if (order_ == StartOrder::depth_first) return begin_newest();
        posted_ = false;
        beginning_.swap(added_);
        for (auto& [task, reports_to] : beginning_) model_.begin(std::move(task), reports_to);
        beginning_.clear();
    }

private:
    using Tasks = std::vector<std::pair<std::unique_ptr<tasks::Task>, LoopReportsTo>>;

    // Until a task that has begun can go on: that one is deeper in the tree.
    void begin_newest() {
        while (!added_.empty() && !model_.run_queue().has_posted()) {
            auto [task, reports_to] = std::move(added_.back());
            added_.pop_back();
            model_.begin(std::move(task), reports_to);
        }
        posted_ = !added_.empty();
        if (posted_) model_.run_queue().post(*this);
    }

    Model& model_;
    StartOrder order_ = StartOrder::breadth_first;
    bool posted_ = false;  // this object is in the run queue, or in begin_newest()
    Tasks added_;
    Tasks beginning_;  // a member so that its memory is used again
};

}  // namespace models
