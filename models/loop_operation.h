#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "models/reactor.h"
#include "models/socket_calls.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// How one task's operations are performed on a loop that waits for readiness: the part that is the same whether the
// loop's table, a coroutine frame or a fiber's stack carries the task. It lives as long as the task.
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
                              [&](const tasks::Accept& accept) { return start_on(accept.listener, accept, waiter); },
                              [&](const tasks::Connect& connect) { return start_on(connect.socket, connect, waiter); },
                              [&](const tasks::Receive& receive) { return start_on(receive.socket, receive, waiter); },
                              [&](const tasks::Send& send) { return start_on(send.socket, send, waiter); },
                              [&](const tasks::Sleep& sleep) {
                                  loop_->at(sleep.until, waiter);
                                  return false;
                              },
                              [&](tasks::Compute) {
                                  task.compute();
                                  return true;
                              },
                              [&](tasks::Yield) {
                                  loop_->soon(waiter);
                                  return false;
                              },
                              [&](const tasks::Await& await) { return !loop_->await(await.event, waiter); },
                              [&](const tasks::Announce& announce) {
                                  loop_->announce(announce.event);
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

    // After a wake-up: true where the operation is done now, false where it waits again.
    [[nodiscard]] bool go_on(Waiter& waiter) { return !on_socket_ || settle(socket_operation_.attempt(), waiter); }

    [[nodiscard]] tasks::Outcome outcome() const noexcept { return outcome_; }

    // Before the task, and with it its sockets, is destroyed.
    void forget_descriptors() {
        if (socket_operation_.descriptor() >= 0) loop_->forget(socket_operation_.descriptor());
        for (const int descriptor : earlier_) loop_->forget(descriptor);
    }

private:
    template <class SocketAsked>
    bool start_on(int descriptor, const SocketAsked& asked, Waiter& waiter) {
        note_change_from(descriptor);
        return settle(socket_operation_.start(asked), waiter);
    }
    bool settle(Readiness readiness, Waiter& waiter) {
        on_socket_ = readiness != Readiness::done;
        if (on_socket_) {
            loop_->when(readiness, socket_operation_.descriptor(), waiter);
            return false;
        }
        outcome_ = socket_operation_.outcome();
        if (socket_operation_.accepted()) loop_->may_have_more(socket_operation_.descriptor());
        return true;
    }
    // The earlier one stays registered until the task finishes.
    void note_change_from(int next_descriptor) {
        const int before = socket_operation_.descriptor();
        if (before < 0 || before == next_descriptor || std::ranges::find(earlier_, before) != earlier_.end()) return;
        earlier_.push_back(before);
    }

    Loop* loop_;
    tasks::Outcome outcome_;
    bool on_socket_ = false;  // it waits in socket_operation_
    SocketOperation socket_operation_;
    std::vector<int> earlier_;  // other descriptors that the task has used; nearly always empty
};

using LoopOperation = ReadinessOperation<Reactor>;

}  // namespace models
