#pragma once

#include <utility>

#include "models/loop/run_queue.h"
#include "tasks/ledger.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

// What a task on a loop asks for that needs no kernel: one of the visitors for std::visit, beside those that know the
// waiter. True: it is done. False: the loop will wake the waiter. `carrier.start(task, id)` starts what is spawned.
template <class Loop, class Carrier>
struct WithoutKernel {
    Loop& loop;
    tasks::Task& task;
    Waiter& waiter;
    Carrier& carrier;

    bool operator()(tasks::Compute) const {
        task.compute();
        return true;
    }
    bool operator()(tasks::Yield) const {
        loop.soon(waiter);
        return false;
    }
    bool operator()(const tasks::Await& await) const { return !loop.await(await.event, waiter); }
    bool operator()(const tasks::Announce& announce) const {
        loop.announce(announce.event);
        return true;
    }
    bool operator()(tasks::Spawn& spawn) const {
        carrier.start(std::move(spawn.task), tasks::TaskId::spawned);
        return true;
    }
    bool operator()(const tasks::Finish&) const { return true; }
};
// clang 14 does not deduce it for aggregates.
template <class Loop, class Carrier>
WithoutKernel(Loop&, tasks::Task&, Waiter&, Carrier&) -> WithoutKernel<Loop, Carrier>;

}  // namespace models
