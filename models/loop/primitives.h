#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "models/deadlock.h"
#include "models/loop/continuation.h"
#include "tasks/job.h"
#include "tasks/operation.h"

namespace models {

// The operations by which tasks wait for one another, or wake one another.
template <class Asked>
concept OnPrimitive = std::same_as<Asked, tasks::Await> || std::same_as<Asked, tasks::Announce> ||
    std::same_as<Asked, tasks::Acquire> || std::same_as<Asked, tasks::Release> || std::same_as<Asked, tasks::Push> ||
    std::same_as<Asked, tasks::Pop> || std::same_as<Asked, tasks::Close>;

// The events, semaphores and channels of a job, for carriers that go on with another task while one waits: a waiting
// task is a continuation in a queue. One thread at a time may use an object; several take turns by a lock. (Carriers
// that block use BlockingPrimitives.)
class Primitives {
public:
    // Continuations that may go on are added to `resumed`, in the order in which they may. It outlives this object.
    explicit Primitives(std::vector<Continuation*>& resumed) : resumed_{&resumed} {}

    // Before each run: as the job demands, and as nobody has used them.
    void begin_run(const tasks::Demand& demand);

    // Each takes up an operation. True: it is done, and its result is in `result`. False: the task has to wait; when it
    // may go on, its result is there, and the continuation among the resumed ones. Until then all of this stays valid:
    // continuation, result and the operation's bytes.
    bool start(const tasks::Await& await, Continuation& continuation, tasks::Result& result);
    bool start(const tasks::Announce& announce, Continuation&, tasks::Result& result);
    bool start(const tasks::Acquire& acquire, Continuation& continuation, tasks::Result& result);
    bool start(const tasks::Release& release, Continuation&, tasks::Result& result);
    bool start(const tasks::Push& push, Continuation& continuation, tasks::Result& result);
    bool start(const tasks::Pop& pop, Continuation& continuation, tasks::Result& result);
    bool start(const tasks::Close& close, Continuation&, tasks::Result& result);

    // Those that wait now.
    [[nodiscard]] const WaitingTasks& waiting() const noexcept { return waiting_; }
    // Calls `function` with every continuation that waits, and forgets them all: after a run that failed.
    template <class Function>
    void drop_waiting(Function function) {
        for (Event& event : events_) drop(event.waiters, function);
        for (Semaphore& semaphore : semaphores_) drop(semaphore.waiters, function);
        for (Channel& channel : channels_) {
            drop(channel.pushers, function);
            drop(channel.poppers, function);
        }
        waiting_ = {};
    }

private:
    struct Waiter {
        Continuation* continuation;
        tasks::Result* result;
    };
    struct EventWaiter {
        Continuation* continuation;  // its result is there already
        std::uint32_t times;
    };
    struct ChannelWaiter {
        Continuation* continuation;
        tasks::Result* result;
        std::byte* bytes;  // of a push: only read
    };
    struct Event {
        std::uint32_t times = 0;  // that it was announced in this run
        std::vector<EventWaiter> waiters;
    };
    struct Semaphore {
        std::uint32_t permits = 0;
        std::deque<Waiter> waiters;
    };
    struct Channel {
        std::size_t slot_bytes = 0;
        std::vector<std::byte> slots;  // a ring
        std::size_t slot_count = 0;
        std::size_t first = 0;  // the oldest full slot
        std::size_t full = 0;
        bool closed = false;
        std::deque<ChannelWaiter> pushers;
        std::deque<ChannelWaiter> poppers;

        [[nodiscard]] std::byte* slot(std::size_t number) { return slots.data() + number % slot_count * slot_bytes; }
        void put(const std::byte* bytes);
        void take(std::byte* bytes);
    };

    template <class Waiters, class Function>
    static void drop(Waiters& waiters, Function& function) {
        for (const auto& waiter : waiters) function(*waiter.continuation);
        waiters.clear();
    }
    template <class AnyWaiter>
    void resume(const AnyWaiter& waiter, std::int64_t value) {
        *waiter.result = {value};
        resumed_->push_back(waiter.continuation);
    }
    [[nodiscard]] Event& event(int number);
    [[nodiscard]] Semaphore& semaphore(int number);
    [[nodiscard]] Channel& channel(int number);

    std::vector<Continuation*>* resumed_;
    std::vector<Event> events_;
    std::vector<Semaphore> semaphores_;
    std::vector<Channel> channels_;
    WaitingTasks waiting_;
};

}  // namespace models
