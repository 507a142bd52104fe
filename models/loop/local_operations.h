#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include "models/loop/carried_task.h"
#include "models/loop/run_queue.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

// Starts a spawned task.
template <class Spawner>
concept TaskSpawner = requires(Spawner& spawner, std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
    spawner.start(std::move(task), reports_to);
};
// A spawner for the concepts below: they ask whether a template accepts some spawner.
struct AnySpawner {
    void start(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to);
};

// Performs one task's operations on a loop. start() takes up an operation (never Finish); true: it is done, and
// result() is there. False: the loop will resume the carrier, which then calls go_on() (the same meaning).
// forget_descriptors() is called before the task, and with it its sockets, is destroyed.
template <class Performer, class Loop>
concept TaskOperation = std::constructible_from<Performer, Loop&> &&
    requires(Performer performer, tasks::Operation& operation, CarriedTask& carried, AnySpawner& spawner) {
    { performer.start(operation, carried, spawner) } -> std::same_as<bool>;
    { performer.go_on(carried) } -> std::same_as<bool>;
    { performer.result() } -> std::same_as<tasks::Result>;
    performer.forget_descriptors();
};

// The operations that need no kernel, as a visitor for std::visit. Each returns what TaskOperation's start() returns.
// `result` is the operation's, where TaskOperation's result() finds it; it was set to 0 before.
template <TaskSpawner Spawner>
struct LocalOperations {
    RunQueue& loop;
    CarriedTask& carried;
    Spawner& spawner;
    tasks::Result& result;

    bool operator()(tasks::Compute) const {
        carried.task().compute();
        return true;
    }
    bool operator()(tasks::Yield) const {
        loop.post(carried);
        return false;
    }
    template <OnPrimitive Asked>
    bool operator()(const Asked& asked) const {
        return loop.primitives().start(asked, carried, result);
    }
    bool operator()(tasks::Spawn& spawn) const {
        spawner.start(std::move(spawn.task), spawn.joined ? carried.child_begins() : tasks::TaskId::spawned);
        return true;
    }
    bool operator()(tasks::Join) const { return carried.join(result); }
    bool operator()(const tasks::Finish&) const { return true; }
};
// clang 14 has no deduction guides for aggregates.
template <class Spawner>
LocalOperations(RunQueue&, CarriedTask&, Spawner&, tasks::Result&) -> LocalOperations<Spawner>;

}  // namespace models
