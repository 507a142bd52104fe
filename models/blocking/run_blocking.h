#pragma once

#include <cerrno>
#include <concepts>
#include <memory>

#include "models/abandonment.h"
#include "models/blocking/blocking_primitives.h"
#include "models/loop/primitives.h"
#include "models/loop/socket_calls.h"
#include "sys/clock.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Starts spawned tasks, and lets others run.
template <class Spawner>
concept BlockingSpawner = requires(Spawner spawner, std::unique_ptr<tasks::Task> task) {
    { spawner.spawn(std::move(task)) } -> std::same_as<tasks::Result>;
    {spawner.yield()};
};

// Runs a task to its end on the calling thread: each operation is a call that blocks until the operation is done.
// Enters the digest into the ledger. Throws RunAbandoned if the run was abandoned while the task waited.
template <BlockingSpawner Spawner>
void run_blocking(tasks::Task& task, tasks::TaskId id, tasks::Ledger& ledger, BlockingPrimitives& primitives,
                  const Abandonment& abandonment, Spawner& spawner) {
    using tasks::Result;
    const BlockingCalls calls{abandonment};
    Result result{};
    for (;;) {
        tasks::Operation operation = task.resume(result);
        if (const auto* const finish = std::get_if<tasks::Finish>(&operation)) {
            ledger.finish(id, *finish);
            return primitives.task_ends();
        }
        result = std::visit(tasks::Overloaded{
                                [&](const tasks::Accept& accept) { return calls.accept(accept); },
                                [&](const tasks::Connect& connect) { return calls.connect(connect); },
                                [&](const tasks::Receive& receive) { return calls.receive(receive); },
                                [&](const tasks::Send& send) { return calls.send_all(send); },
                                [&](const tasks::Sleep& sleep) {
                                    while (!sys::sleep_until_signal(sleep.until)) abandonment.throw_if_begun();
                                    return Result{};
                                },
                                [&](tasks::Compute) {
                                    task.compute();
                                    return Result{};
                                },
                                [&](tasks::Yield) {
                                    spawner.yield();
                                    abandonment.throw_if_begun();
                                    return Result{};
                                },
                                [&]<OnPrimitive Asked>(const Asked& asked) {
                                    const auto outcome = primitives.perform(asked);
                                    if (!outcome) abandonment.throw_if_begun();
                                    return outcome.value_or(Result{-ECANCELED});
                                },
                                [&](tasks::Spawn& spawn) {
                                    primitives.task_begins();
                                    const Result started = spawner.spawn(std::move(spawn.task));
                                    if (started.failed()) primitives.task_ends();
                                    return started;
                                },
                                [](const tasks::Finish&) { return Result{}; },
                            },
                            operation);
    }
}

}  // namespace models
