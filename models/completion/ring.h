#pragma once

#include <liburing.h>

#include <cassert>
#include <cstddef>
#include <string_view>
#include <utility>

#include "models/loop/local_operations.h"
#include "models/loop/run_queue.h"
#include "models/model.h"
#include "tasks/operation.h"
#include "tasks/task.h"

namespace models {

// Receives the completion of a request. The ring only borrows it: it must live until the kernel has finished the
// request.
class Completion {
public:
    Completion() = default;
    Completion(const Completion&) = default;
    Completion& operator=(const Completion&) = default;
    virtual ~Completion() = default;

    // `value` is what the system call would return, or a negative errno. `flags` are the kernel's IORING_CQE_F_*.
    virtual void complete(int value, unsigned flags) = 0;
};

// The loop under every model that waits for completions. Operations go to the kernel, which performs them and reports
// how they ended. One system call submits all operations of a round and waits for completions.
class Ring : public RunQueue {
public:
    // Flags of every ring here (Linux 5.19). The thread enters the kernel often, so the kernel need not interrupt it
    // for each completion. Without these flags an echo server on a CPU of its own needed 1.3 to 1.5 times as much CPU
    // time per request at 100 connections and more.
    static constexpr unsigned plain_flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;

    // The completion queue has room for `completions` at once. What does not fit waits in a list of the kernel, whose
    // entries are allocated one by one. The flags are io_uring_setup()'s. Throws std::system_error if the kernel cannot
    // give a ring, or forbids it.
    explicit Ring(std::size_t completions, unsigned setup_flags = plain_flags);
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    // Cancels all requests, and waits until the kernel has released every buffer.
    ~Ring();

    // Adds a request to the submission queue; `prepare` fills its entry.
    template <class Prepare>
    void submit(Completion& completion, Prepare prepare) {
        io_uring_sqe& entry = free_entry();
        prepare(entry);
        ::io_uring_sqe_set_data(&entry, &completion);
        ++under_way_;
    }

    // Counts the continuations that wait for the kernel. If none does and the run queue is empty, no continuation can
    // ever be resumed.
    void add_waiting() noexcept { ++waiting_; }
    void remove_waiting() noexcept {
        assert(waiting_ > 0);
        --waiting_;
    }

    // Resumes what is in the run queue, then handles every completion; waits for one if there is nothing to resume.
    // Throws std::logic_error if no continuation can ever be resumed.
    void run_once();

    // Cancels a request and waits for its end: returns when `under_way` is false. The request's complete() must set it
    // to false.
    void cancel(Completion& completion, const bool& under_way);

protected:
    [[nodiscard]] io_uring& native() noexcept { return ring_; }
    void cancel_all();

private:
    [[nodiscard]] io_uring_sqe& free_entry();
    void enter(unsigned completions);
    void take_completions();

    io_uring ring_{};
    std::size_t under_way_ = 0;  // requests in the kernel
    std::size_t waiting_ = 0;
};

// The completions that the tasks of a job can bring about before the loop takes one: a task has one operation at a
// time. 0 if they ask nothing of the kernel.
[[nodiscard]] std::size_t completions_at_once(const tasks::Demand& demand) noexcept;

// For support(): the kernel gives rings of this size with these flags, and one process may hold the descriptors of all
// tasks. `since` is the first kernel that knows the flags.
[[nodiscard]] Support support_ring(const tasks::Demand& demand, std::size_t completions, unsigned setup_flags,
                                   std::string_view since);
[[nodiscard]] Support support_ring_process(const tasks::Demand& demand, const tasks::Arguments& arguments);

// The TaskOperation of models over a Ring: one request for each operation. It lives as long as the task.
class RingOperation : private Completion {
public:
    explicit RingOperation(Ring& ring) : ring_{&ring} {}

    template <TaskSpawner Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, CarriedTask& carried, Spawner& spawner) {
        prepare_for(carried);
        return std::visit(tasks::Overloaded{
                              LocalOperations{*ring_, carried, spawner, result_},
                              [&](const tasks::Accept& accept) { return submit(accept); },
                              [&](const tasks::Connect& connect) { return submit(connect); },
                              [&](const tasks::Receive& receive) { return submit(receive); },
                              [&](const tasks::Send& send) { return submit(send); },
                              [&]<tasks::OnFile Asked>(const Asked& asked) { return submit(asked); },
                              [&](const tasks::Sleep& sleep) { return submit(sleep); },
                          },
                          operation);
    }

    // Called after a completion. Returns false if the operation goes on: a short one submits the rest.
    [[nodiscard]] bool go_on(Continuation&) { return !submitted_ || take_result(); }

    [[nodiscard]] tasks::Result result() const noexcept { return result_; }

    // The kernel keeps no registration of descriptors.
    void forget_descriptors() noexcept {}

protected:
    // For derived operations: takes up a receive.
    [[nodiscard]] bool receive(const tasks::Receive& receive, Continuation& continuation) {
        prepare_for(continuation);
        return submit(receive);
    }

private:
    void prepare_for(Continuation& continuation) noexcept {
        result_ = {};
        continuation_ = &continuation;
        submitted_ = false;
        moves_bytes_ = false;
    }
    void complete(int value, unsigned flags) override;
    // `success`: a negative errno that means success for this operation (-ETIME for a timeout); 0 if there is none.
    template <class Prepare>
    bool submit(Prepare prepare, int success = 0) {
        submitted_ = true;
        success_ = success;
        ring_->add_waiting();
        ring_->submit(*this, prepare);
        return false;
    }
    bool submit(const tasks::Accept& accept);
    bool submit(const tasks::Connect& connect);
    bool submit(const tasks::Receive& receive);
    bool submit(const tasks::Send& send);
    bool submit(const tasks::Read& read);
    bool submit(const tasks::Write& write);
    bool submit(const tasks::Sync& sync);
    bool submit(const tasks::Sleep& sleep);
    // Of an operation that ends when all of its bytes have been moved.
    template <class Moves>
    bool submit_all(const Moves& moves) {
        asked_ = moves;
        moves_bytes_ = true;
        moved_ = 0;
        return submit_rest();
    }
    bool submit_rest();
    [[nodiscard]] std::size_t bytes_to_move() const;
    bool take_result();

    Ring* ring_;
    Continuation* continuation_ = nullptr;
    bool submitted_ = false;
    bool moves_bytes_ = false;
    int success_ = 0;
    tasks::Result result_;
    // The kernel reads the members below until the operation has completed.
    tasks::Operation asked_ = tasks::Yield{};
    std::size_t moved_ = 0;
    __kernel_timespec until_{};
};

}  // namespace models
