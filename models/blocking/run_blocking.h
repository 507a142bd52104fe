#pragma once

#include <concepts>
#include <memory>

#include "models/loop/socket_calls.h"
#include "sys/clock.h"
#include "sys/event.h"
#include "sys/shared_memory.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// What a carrier that blocks in its calls does in its own way.
template <class Carrier>
concept BlockingCarrier = requires(Carrier carrier, std::unique_ptr<tasks::Task> task) {
    { carrier.spawn(std::move(task)) } -> std::same_as<tasks::Outcome>;
    {carrier.yield()};
};

// The events of a job, for carriers that block, in whatever process they are.
class BlockingEvents {
public:
    explicit BlockingEvents(std::size_t count) : events_{count} {}
    // Before each run.
    void clear() noexcept {
        for (sys::Event& event : events_) event.clear();
    }
    [[nodiscard]] sys::Event& operator[](int event) noexcept { return events_[static_cast<std::size_t>(event)]; }

private:
    sys::SharedArray<sys::Event> events_;
};

// Runs a task to its end on the calling thread, by calls that block until they are done: the driver of serial,
// threads and processes. Enters the digest.
template <BlockingCarrier Carrier>
void run_blocking(tasks::Task& task, tasks::TaskId id, tasks::Ledger& ledger, BlockingEvents& events,
                  Carrier& carrier) {
    using tasks::Outcome;
    Outcome outcome{};
    bool finished = false;
    while (!finished) {
        tasks::Operation operation = task.resume(outcome);
        outcome = std::visit(tasks::Overloaded{
                                 [](const tasks::Accept& accept) { return accept_connection(accept); },
                                 [](const tasks::Connect& connect) { return connect_blocking(connect); },
                                 [](const tasks::Receive& receive) { return receive_some(receive); },
                                 [](const tasks::Send& send) { return send_all_blocking(send); },
                                 [](const tasks::Sleep& sleep) {
                                     sys::sleep_until(sleep.until);
                                     return Outcome{};
                                 },
                                 [&](tasks::Compute) {
                                     task.compute();
                                     return Outcome{};
                                 },
                                 [&](tasks::Yield) {
                                     carrier.yield();
                                     return Outcome{};
                                 },
                                 [&](const tasks::Await& await) {
                                     events[await.event].wait();
                                     return Outcome{};
                                 },
                                 [&](const tasks::Announce& announce) {
                                     events[announce.event].announce();
                                     return Outcome{};
                                 },
                                 [&](tasks::Spawn& spawn) { return carrier.spawn(std::move(spawn.task)); },
                                 [&](const tasks::Finish& finish) {
                                     ledger.finish(id, finish);
                                     finished = true;
                                     return Outcome{};
                                 },
                             },
                             operation);
    }
}

}  // namespace models
