#pragma once

#include <utility>
#include <vector>

#include "models/reactor.h"
#include "models/socket_calls.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// How one task's operations are performed on a reactor: the part of an event loop that is the same whether the
// loop's table, a coroutine frame or a fiber's stack carries the task. It lives as long as the task.
class LoopOperation {
public:
    explicit LoopOperation(Reactor& reactor) : reactor_{&reactor} {}

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
                                  reactor_->at(sleep.until, waiter);
                                  return false;
                              },
                              [&](tasks::Compute) {
                                  task.compute();
                                  return true;
                              },
                              [&](tasks::Yield) {
                                  reactor_->soon(waiter);
                                  return false;
                              },
                              [&](const tasks::Await& await) { return !reactor_->await(await.event, waiter); },
                              [&](const tasks::Announce& announce) {
                                  reactor_->announce(announce.event);
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
    void forget_descriptors();

private:
    template <class SocketAsked>
    bool start_on(int descriptor, const SocketAsked& asked, Waiter& waiter) {
        note_change_from(descriptor);
        return settle(socket_operation_.start(asked), waiter);
    }
    bool settle(Readiness readiness, Waiter& waiter);
    void note_change_from(int next_descriptor);

    Reactor* reactor_;
    tasks::Outcome outcome_;
    bool on_socket_ = false;  // it waits in socket_operation_
    SocketOperation socket_operation_;
    std::vector<int> earlier_;  // other descriptors that the task has used; nearly always empty
};

}  // namespace models
