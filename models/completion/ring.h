#pragma once

#include <liburing.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "models/loop/local_operations.h"
#include "models/loop/run_queue.h"
#include "models/model.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

// What hears how a request has ended. Lent to the ring, and must live until the kernel has done with the request.
class Completion {
public:
    Completion() = default;
    Completion(const Completion&) = default;
    Completion& operator=(const Completion&) = default;
    virtual ~Completion() = default;

    // As a system call's result: a negative errno where it failed. Flags are the kernel's, IORING_CQE_F_*.
    virtual void complete(int value, unsigned flags) = 0;
};

// The loop under every model that waits for completions: operations go to the kernel, which performs them and says
// how they ended. Submissions are batched: all of a turn go with the one system call that waits for completions.
class Ring : public RunQueue {
public:
    // What every ring here has (Linux 5.19): its thread comes back to the ring by itself, so the kernel need not
    // interrupt it for each completion. Without, an echo server on a CPU of its own needed 1.3 to 1.5 times as much CPU
    // time per request at 100 connections and more.
    static constexpr unsigned plain_flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;

    // Set-up flags are io_uring_setup()'s. Throws std::system_error where the kernel has none to give, or forbids it.
    explicit Ring(unsigned setup_flags = plain_flags);
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    // Cancels what is under way, and waits until the kernel has let go of every buffer.
    ~Ring();

    // Puts a request into the submission queue: `prepare` fills its entry.
    template <class Prepare>
    void submit(Completion& completion, Prepare prepare) {
        io_uring_sqe& entry = free_entry();
        prepare(entry);
        ::io_uring_sqe_set_data(&entry, &completion);
        ++under_way_;
    }

    // How many wait for the kernel: without any, and with nobody whose turn it is, nothing could ever wake.
    void waits() noexcept { ++waiting_; }
    void woken() noexcept { --waiting_; }

    // One turn: everything whose turn it is, then every completion, waiting for one if need be.
    // Throws std::logic_error when nothing is left that could ever wake.
    void turn();

    // Takes a request back, and returns when its completion has said that it is no longer under way.
    void cancel(Completion& completion, const bool& under_way);

protected:
    [[nodiscard]] io_uring& native() noexcept { return ring_; }
    void cancel_all();

private:
    [[nodiscard]] io_uring_sqe& free_entry();
    void enter(unsigned completions);
    void take_completions();

    io_uring ring_{};
    std::size_t under_way_ = 0;  // requests that the kernel has
    std::size_t waiting_ = 0;
};

// For the table: the machine has rings of this kind to give, and one process holds the descriptors of all tasks.
// `since`: the kernel that has them first.
[[nodiscard]] Support support_ring(const tasks::Demand& demand, unsigned setup_flags, std::string_view since);
[[nodiscard]] Support support_ring_process(const tasks::Demand& demand, const tasks::Arguments& arguments);

// How one task's operations are performed on a ring, whether the loop's table or a coroutine frame carries the task:
// one operation, one request. It lives as long as the task.
class RingOperation : private Completion {
public:
    explicit RingOperation(Ring& ring) : ring_{&ring} {}

    // Takes an operation up (never Finish). True: it is done, and result() is there. False: the continuation will be
    // woken, and then go_on() is to be called. `spawner.start(task, id)` starts what is spawned.
    template <class Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Continuation& continuation,
                             Spawner& spawner) {
        result_ = {};
        continuation_ = &continuation;
        completed_ = nullptr;
        return std::visit(tasks::Overloaded{
                              LocalOperations{*ring_, task, continuation, spawner},
                              [&](const tasks::Accept& accept) { return submit(accept); },
                              [&](const tasks::Connect& connect) { return submit(connect); },
                              [&](const tasks::Receive& receive) { return submit(receive); },
                              [&](const tasks::Send& send) { return submit(send); },
                              [&](const tasks::Sleep& sleep) { return submit(sleep); },
                          },
                          operation);
    }

    // After a wake-up: true where the operation is done now, false where it goes on (a short send).
    [[nodiscard]] bool go_on(Continuation&) { return completed_ == nullptr || (this->*completed_)(); }

    [[nodiscard]] tasks::Result result() const noexcept { return result_; }

    // The kernel keeps no registration.
    void forget_descriptors() noexcept {}

protected:
    // Takes up a receive that start() was not given.
    [[nodiscard]] bool receive(const tasks::Receive& receive, Continuation& continuation) {
        result_ = {};
        continuation_ = &continuation;
        return submit(receive);
    }

private:
    using Completed = bool (RingOperation::*)();

    void complete(int value, unsigned flags) override;
    // `completed` makes the result of completion_value_, and says whether the operation is done.
    template <class Prepare>
    bool submit(Completed completed, Prepare prepare) {
        completed_ = completed;
        ring_->waits();
        ring_->submit(*this, prepare);
        return false;
    }
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
    Continuation* continuation_ = nullptr;
    Completed completed_ = nullptr;  // null where no completion was asked for
    int completion_value_ = 0;
    tasks::Result result_;
    // The operation: the kernel reads these until it has completed.
    tasks::Operation asked_ = tasks::Yield{};
    std::size_t sent_ = 0;
    __kernel_timespec until_{};
};

}  // namespace models
