#pragma once

#include <utility>

#include "models/loop/local_operations.h"
#include "models/loop/reactor.h"
#include "models/loop/socket_calls.h"
#include "models/loop/touched_descriptors.h"
#include "tasks/task.h"

namespace models {

// How one task's operations are performed on a loop that waits for readiness: the part that is the same whether the
// loop's table, a coroutine frame or a fiber's stack carries the task. One task at a time uses it.
//
// Loop: the Reactor, or a library's loop that has the same functions (when, at, soon, await, announce, forget,
// may_have_more).
template <class Loop>
class ReadinessOperation {
public:
    explicit ReadinessOperation(Loop& loop) : loop_{&loop} {}

    // Takes an operation up (never Finish). True: it is done, and outcome() is there. False: the waiter will be
    // woken, and then go_on() is to be called. `carrier.start(task, id)` starts what is spawned.
    template <class Carrier>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Waiter& waiter, Carrier& carrier) {
        outcome_ = {};
        return std::visit(tasks::Overloaded{
                              WithoutKernel{*loop_, task, waiter, carrier},
                              [&](const tasks::Accept& accept) { return start_on(accept.listener, accept, waiter); },
                              [&](const tasks::Connect& connect) { return start_on(connect.socket, connect, waiter); },
                              [&](const tasks::Receive& receive) { return start_on(receive.socket, receive, waiter); },
                              [&](const tasks::Send& send) { return start_on(send.socket, send, waiter); },
                              [&](const tasks::Sleep& sleep) {
                                  loop_->at(sleep.until, waiter);
                                  return false;
                              },
                          },
                          operation);
    }

    // After a wake-up: true where the operation is done now, false where it waits again.
    [[nodiscard]] bool go_on(Waiter& waiter) { return !on_socket_ || settle(socket_operation_.attempt(), waiter); }

    [[nodiscard]] tasks::Outcome outcome() const noexcept { return outcome_; }

    // Before the task, and with it its sockets, is destroyed. Then it may be used for another task.
    void forget_descriptors() {
        if (used_.empty()) return;
        used_.for_each([this](int descriptor) { loop_->forget(descriptor); });
        used_ = {};
        socket_operation_ = {};
    }

private:
    template <class SocketAsked>
    bool start_on(int descriptor, const SocketAsked& asked, Waiter& waiter) {
        used_.note(descriptor);
        return settle(socket_operation_.start(asked), waiter);
    }
    bool settle(Readiness readiness, Waiter& waiter) {
        on_socket_ = readiness != Readiness::done;
        if (on_socket_) {
            loop_->when(readiness, socket_operation_.descriptor(), waiter);
            return false;
        }
        outcome_ = socket_operation_.outcome();
        if (socket_operation_.is_accept()) loop_->may_have_more(socket_operation_.descriptor());
        return true;
    }
    Loop* loop_;
    tasks::Outcome outcome_;
    bool on_socket_ = false;  // it waits in socket_operation_
    SocketOperation socket_operation_;
    UsedDescriptors used_;
};

using LoopOperation = ReadinessOperation<Reactor>;

}  // namespace models
