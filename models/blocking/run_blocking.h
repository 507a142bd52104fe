#pragma once

#include <cerrno>
#include <concepts>
#include <memory>
#include <stdexcept>
#include <utility>

#include "models/abandonment.h"
#include "models/blocking/blocking_primitives.h"
#include "models/loop/file_calls.h"
#include "models/loop/join_counter.h"
#include "models/loop/primitives.h"
#include "models/loop/socket_calls.h"
#include "sys/clock.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Starts spawned tasks, waits for children, and lets others run. Children: what a task needs to have children. It is
// made for each task that begins, and outlives the run of the task, also if that throws.
template <class Spawner>
concept BlockingSpawner = std::default_initializable<typename Spawner::Children> &&
    requires(Spawner spawner, std::unique_ptr<tasks::Task> task, typename Spawner::Children& children) {
    { spawner.spawn(std::move(task)) } -> std::same_as<tasks::Result>;
    { spawner.spawn_child(std::move(task), children) } -> std::same_as<tasks::Result>;
    { spawner.join(children) } -> std::same_as<tasks::Result>;
    {spawner.yield()};
};

// A spawner that may keep the last child back, because the parent mostly joins next. publish() is called before the
// parent does anything else: from then on the child can run.
template <class Spawner>
concept KeepsAChildBack = requires(Spawner spawner, typename Spawner::Children& children) {
    spawner.publish(children);
};

// Runs a task to its end on the calling thread: each operation is a call that blocks until the operation is done.
// Calls report(finish) at the end. Throws RunAbandoned if the run was abandoned while the task waited.
template <BlockingSpawner Spawner, class Report>
requires std::invocable<Report&, const tasks::Finish&>
void run_blocking(tasks::Task& task, typename Spawner::Children& children, BlockingPrimitives& primitives,
                  const Abandonment& abandonment, Spawner& spawner, Report report) {
    using tasks::Result;
    const BlockingCalls calls{abandonment};
    Result result{};
    std::size_t children_spawned = 0;
    for (;;) {
        tasks::Operation operation = task.resume(result);
        if (const auto* const finish = std::get_if<tasks::Finish>(&operation)) {
            if (children_spawned > 0) throw std::logic_error{not_joined};
            // Not returned by value: the CPU stalls if it loads the whole just after its parts were stored.
            report(*finish);
            return primitives.task_ends();
        }
        // Before std::visit, whose call by a table of functions is dear beside a child that does nothing.
        if (auto* const spawn = std::get_if<tasks::Spawn>(&operation); spawn != nullptr && spawn->joined) {
            primitives.task_begins();
            result = spawner.spawn_child(std::move(spawn->task), children);
            if (result.failed()) primitives.task_ends();
            children_spawned += static_cast<std::size_t>(!result.failed());
            continue;
        }
        if (std::holds_alternative<tasks::Join>(operation)) {
            result = std::exchange(children_spawned, 0) > 0 ? spawner.join(children) : Result{};
            continue;
        }
        if constexpr (KeepsAChildBack<Spawner>) {
            if (children_spawned > 0) spawner.publish(children);
        }
        result = std::visit(tasks::Overloaded{
                                [&](const tasks::Accept& accept) { return calls.accept(accept); },
                                [&](const tasks::Connect& connect) { return calls.connect(connect); },
                                [&](const tasks::Receive& receive) { return calls.receive(receive); },
                                [&](const tasks::Send& send) { return calls.send_all(send); },
                                [&]<tasks::OnFile Asked>(const Asked& asked) {
                                    const Result done = call_on_file(asked);
                                    abandonment.throw_if_begun();
                                    return done;
                                },
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
                                [](tasks::Join) { return Result{}; },
                                [](const tasks::Finish&) { return Result{}; },
                            },
                            operation);
    }
}

}  // namespace models
