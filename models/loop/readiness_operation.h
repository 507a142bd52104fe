#pragma once

#include <concepts>

#include "models/loop/local_operations.h"
#include "models/loop/reactor.h"
#include "models/loop/socket_calls.h"
#include "models/loop/touched_descriptors.h"
#include "tasks/task.h"

namespace models {

// Waits for descriptors and times; RunQueue has the rest. Reactor, and the loops of C libraries.
template <class Loop>
concept ReadinessLoop = std::derived_from<Loop, RunQueue> &&
    requires(Loop& loop, Readiness readiness, int descriptor, sys::TimePoint time, Continuation& continuation) {
    loop.wait_ready(readiness, descriptor, continuation);
    loop.wait_until(time, continuation);
    loop.mark_ready(descriptor);
    loop.forget(descriptor);
};

// The TaskOperation of every model that waits for readiness. The carrier may be the loop's table, a coroutine frame or
// a fiber's stack. Only one task at a time uses an object of this class.
template <ReadinessLoop Loop>
class ReadinessOperation {
public:
    explicit ReadinessOperation(Loop& loop) : loop_{&loop} {}

    template <TaskSpawner Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, tasks::Task& task, Continuation& continuation,
                             Spawner& spawner) {
        result_ = {};
        return std::visit(
            tasks::Overloaded{
                LocalOperations{*loop_, task, continuation, spawner},
                [&](const tasks::Accept& accept) { return start_on(accept.listener, accept, continuation); },
                [&](const tasks::Connect& connect) { return start_on(connect.socket, connect, continuation); },
                [&](const tasks::Receive& receive) { return start_on(receive.socket, receive, continuation); },
                [&](const tasks::Send& send) { return start_on(send.socket, send, continuation); },
                [&](const tasks::Sleep& sleep) {
                    loop_->wait_until(sleep.until, continuation);
                    return false;
                },
            },
            operation);
    }

    [[nodiscard]] bool go_on(Continuation& continuation) {
        return !on_socket_ || settle(socket_operation_.attempt(), continuation);
    }

    [[nodiscard]] tasks::Result result() const noexcept { return result_; }

    // Afterwards it may be used for another task.
    void forget_descriptors() {
        if (touched_.empty()) return;
        touched_.for_each([this](int descriptor) { loop_->forget(descriptor); });
        touched_ = {};
        socket_operation_ = {};
    }

private:
    template <class SocketRequest>
    bool start_on(int descriptor, const SocketRequest& asked, Continuation& continuation) {
        touched_.note(descriptor);
        return settle(socket_operation_.start(asked), continuation);
    }
    bool settle(Readiness readiness, Continuation& continuation) {
        on_socket_ = readiness != Readiness::done;
        if (on_socket_) {
            loop_->wait_ready(readiness, socket_operation_.descriptor(), continuation);
            return false;
        }
        result_ = socket_operation_.result();
        if (socket_operation_.is_accept()) loop_->mark_ready(socket_operation_.descriptor());
        return true;
    }

    Loop* loop_;
    tasks::Result result_;
    bool on_socket_ = false;  // an operation waits in socket_operation_
    SocketOperation socket_operation_;
    TouchedDescriptors touched_;
};

using LoopOperation = ReadinessOperation<Reactor>;

}  // namespace models
