#pragma once

#include <cassert>
#include <concepts>
#include <memory>

#include "models/abandonment.h"
#include "models/loop/socket_calls.h"
#include "sys/clock.h"
#include "sys/event.h"
#include "sys/shared_memory.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Starts spawned tasks, and lets others run.
template <class Spawner>
concept BlockingSpawner = requires(Spawner spawner, std::unique_ptr<tasks::Task> task) {
    { spawner.spawn(std::move(task)) } -> std::same_as<tasks::Result>;
    {spawner.yield()};
};

// The events of a job, in shared memory: threads and processes use them alike.
class BlockingEvents {
public:
    explicit BlockingEvents(std::size_t count) : events_{count} {}
    // Before each run.
    void clear() noexcept {
        for (sys::Event& event : events_) event.clear();
    }
    // Wakes every task that waits for one.
    void announce_all() noexcept {
        for (sys::Event& event : events_) event.announce();
    }
    [[nodiscard]] sys::Event& operator[](int number) noexcept {
        assert(number >= 0 && static_cast<std::size_t>(number) < events_.size());
        return events_[static_cast<std::size_t>(number)];
    }

private:
    sys::SharedArray<sys::Event> events_;
};

// Runs a task to its end on the calling thread: each operation is a call that blocks until the operation is done.
// Enters the digest into the ledger. Throws RunAbandoned if the run was abandoned while the task waited.
template <BlockingSpawner Spawner>
void run_blocking(tasks::Task& task, tasks::TaskId id, tasks::Ledger& ledger, BlockingEvents& events,
                  const Abandonment& abandonment, Spawner& spawner) {
    using tasks::Result;
    const BlockingCalls calls{abandonment};
    Result result{};
    bool finished = false;
    while (!finished) {
        tasks::Operation operation = task.resume(result);
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
                                [&](const tasks::Await& await) {
                                    events[await.event].wait();
                                    abandonment.throw_if_begun();
                                    return Result{};
                                },
                                [&](const tasks::Announce& announce) {
                                    events[announce.event].announce();
                                    return Result{};
                                },
                                [&](tasks::Spawn& spawn) { return spawner.spawn(std::move(spawn.task)); },
                                [&](const tasks::Finish& finish) {
                                    ledger.finish(id, finish);
                                    finished = true;
                                    return Result{};
                                },
                            },
                            operation);
    }
}

}  // namespace models
