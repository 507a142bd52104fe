#pragma once

#include <liburing.h>

#include <cstddef>
#include <utility>

#include "models/model.h"
#include "models/turns.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

class RingOperation;

// The loop under every model that waits for completions: operations go to the kernel, which performs them and says
// how they ended. Submissions are batched: all of a turn go with the one system call that waits for completions.
class Ring : public Turns {
public:
    // Throws std::system_error where the kernel has none to give, or forbids it.
    Ring();
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    // Cancels what is under way, and waits until the kernel has let go of every buffer.
    ~Ring();

    // An entry of the submission queue, to be prepared; its completion goes to `operation`.
    [[nodiscard]] io_uring_sqe& entry(RingOperation& operation);

    // One turn: everything whose turn it is, then every completion, waiting for one if need be.
    // Throws std::logic_error when nothing is left that could ever wake.
    void turn();

private:
    void submit(unsigned completions);
    void reap();

    io_uring ring_{};
    std::size_t under_way_ = 0;
};

// For the table: the machine has rings to give, and one process holds the descriptors of all tasks.
[[nodiscard]] Support support_ring_process(const tasks::Demand& demand, const tasks::Sizes& sizes);

// How one task's operations are performed on a ring, whether the loop's table or a coroutine frame carries the task.
// It lives as long as the task.
class RingOperation {
public:
    explicit RingOperation(Ring& ring) : ring_{&ring} {}

    // Takes an operation up (never Finish). True: it is done, and outcome() is there. False: the waiter will be
    // woken, and then go_on() is to be called. `carrier.start(task, id)` starts what is spawned.
    template <class Carrier>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Waiter& waiter, Carrier& carrier) {
        outcome_ = {};
        waiter_ = &waiter;
        completed_ = nullptr;
        return std::visit(tasks::Overloaded{
                              [&](const tasks::Accept& accept) { return submit(accept); },
                              [&](const tasks::Connect& connect) { return submit(connect); },
                              [&](const tasks::Receive& receive) { return submit(receive); },
                              [&](const tasks::Send& send) { return submit(send); },
                              [&](const tasks::Sleep& sleep) { return submit(sleep); },
                              [&](tasks::Compute) {
                                  task.compute();
                                  return true;
                              },
                              [&](tasks::Yield) {
                                  ring_->soon(waiter);
                                  return false;
                              },
                              [&](const tasks::Await& await) { return !ring_->await(await.event, waiter); },
                              [&](const tasks::Announce& announce) {
                                  ring_->announce(announce.event);
                                  return true;
                              },
                              [&](tasks::Spawn& spawn) {
                                  carrier.start(std::move(spawn.task), tasks::TaskId::spawned);
                                  return true;
                              },
                              [](const tasks::Finish&) { return true; },
                          },
                          operation);
    }

    // After a wake-up: true where the operation is done now, false where it goes on (a short send).
    [[nodiscard]] bool go_on(Waiter&) { return completed_ == nullptr || (this->*completed_)(); }

    [[nodiscard]] tasks::Outcome outcome() const noexcept { return outcome_; }

    // The kernel keeps no registration.
    void forget_descriptors() noexcept {}

private:
    friend class Ring;
    using Completed = bool (RingOperation::*)();

    bool submit(const tasks::Accept& accept);
    bool submit(const tasks::Connect& connect);
    bool submit(const tasks::Receive& receive);
    bool submit(const tasks::Send& send);
    bool submit(const tasks::Sleep& sleep);
    bool submit_rest();
    bool plain_completed();
    bool connect_completed();
    bool send_completed();
    bool sleep_completed();

    Ring* ring_;
    Waiter* waiter_ = nullptr;
    Completed completed_ = nullptr;  // what to make of result_; null where no completion was asked for
    int result_ = 0;
    tasks::Outcome outcome_;
    // The operation: the kernel reads these until it has completed.
    tasks::Operation asked_ = tasks::Yield{};
    std::size_t sent_ = 0;
    __kernel_timespec until_{};
};

}  // namespace models
