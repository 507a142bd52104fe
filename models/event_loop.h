#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "models/loop_operation.h"
#include "models/model.h"
#include "models/reactor.h"

namespace models {

// Carrier: nothing but the loop's table. One thread drives every task as a state machine; an entry of the table is
// the task, the operation it waits for, and no stack. Shared by nonblocking, select, poll and epoll, which differ
// in their Poller alone.
class EventLoop final : public Model {
public:
    EventLoop(const tasks::Job& job, tasks::Ledger& ledger, std::unique_ptr<Poller> poller);

    void run() override;

    // Puts a task into the table; it has its first turn soon.
    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id);

private:
    class Slot final : public Reactor::Waiter {
    public:
        explicit Slot(EventLoop& loop) : loop_{loop}, operation_{loop.reactor_} {}
        void take(std::unique_ptr<tasks::Task> task, tasks::TaskId id);
        void wake() override;

    private:
        void finish(const tasks::Finish& finish);

        EventLoop& loop_;
        std::unique_ptr<tasks::Task> task_;
        tasks::TaskId id_{};
        LoopOperation operation_;
    };

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    Reactor reactor_;
    std::deque<Slot> slots_;  // never moved: the reactor points to them
    std::vector<Slot*> free_;
    std::size_t alive_ = 0;
};

// For the table: an event loop over a poller of this type.
template <class AnyPoller>
std::unique_ptr<Model> make_event_loop(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Sizes&) {
    return std::make_unique<EventLoop>(job, ledger, std::make_unique<AnyPoller>());
}

// For the table: one process holds the descriptors of all tasks.
[[nodiscard]] inline Support support_one_process(const tasks::Demand& demand, const tasks::Sizes&) {
    return enough_descriptors(demand.tasks_at_once * demand.descriptors_per_task);
}

}  // namespace models
