#pragma once

#include <utility>

#include "models/loop/run_queue.h"
#include "tasks/ledger.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

// What a task on a loop asks for that needs no kernel: one of the visitors for std::visit, beside those that know the
// continuation. True: it is done. False: the loop will wake the continuation. `spawner.start(task, id)` starts what is
// spawned.
template <class Loop, class Spawner>
struct LocalOperations {
    Loop& loop;
    tasks::Task& task;
    Continuation& continuation;
    Spawner& spawner;

    bool operator()(tasks::Compute) const {
        task.compute();
        return true;
    }
    bool operator()(tasks::Yield) const {
        loop.post(continuation);
        return false;
    }
    bool operator()(const tasks::Await& await) const { return !loop.await(await.event, continuation); }
    bool operator()(const tasks::Announce& announce) const {
        loop.announce(announce.event);
        return true;
    }
    bool operator()(tasks::Spawn& spawn) const {
        spawner.start(std::move(spawn.task), tasks::TaskId::spawned);
        return true;
    }
    bool operator()(const tasks::Finish&) const { return true; }
};
// clang 14 does not deduce it for aggregates.
template <class Loop, class Spawner>
LocalOperations(Loop&, tasks::Task&, Continuation&, Spawner&) -> LocalOperations<Loop, Spawner>;

}  // namespace models
