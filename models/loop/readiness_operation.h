#pragma once

#include <concepts>
#include <memory>

#include "models/loop/file_calls.h"
#include "models/loop/local_operations.h"
#include "models/loop/reactor.h"
#include "models/loop/socket_calls.h"
#include "models/loop/touched_descriptors.h"

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
    [[nodiscard]] bool start(tasks::Operation& operation, CarriedTask& carried, Spawner& spawner) {
        result_ = {};
        return std::visit(tasks::Overloaded{
                              LocalOperations{*loop_, carried, spawner, result_},
                              [&](const tasks::Accept& accept) { return start_on(accept.listener, accept, carried); },
                              [&](const tasks::Connect& connect) { return start_on(connect.socket, connect, carried); },
                              [&](const tasks::Receive& receive) { return start_on(receive.socket, receive, carried); },
                              [&](const tasks::Send& send) { return start_on(send.socket, send, carried); },
                              // A regular file is always ready: nothing can be waited for.
                              [&]<tasks::OnFile Asked>(const Asked& asked) {
                                  result_ = call_on_file(asked);
                                  return true;
                              },
                              [&](const tasks::Sleep& sleep) {
                                  loop_->wait_until(sleep.until, carried);
                                  return false;
                              },
                          },
                          operation);
    }

    [[nodiscard]] bool go_on(Continuation& continuation) {
        return sockets_ == nullptr || !sockets_->waits || settle(sockets_->operation.attempt(), continuation);
    }

    [[nodiscard]] tasks::Result result() const noexcept { return result_; }

    // Afterwards it may be used for another task.
    void forget_descriptors() {
        if (sockets_ == nullptr) return;
        sockets_->touched.for_each([this](int descriptor) { loop_->forget(descriptor); });
        *sockets_ = {};
    }

private:
    // Most of the state of a task that waits, so only tasks that use sockets have it.
    struct Sockets {
        SocketOperation operation;
        TouchedDescriptors touched;
        bool waits = false;  // the operation does
    };

    template <class SocketRequest>
    bool start_on(int descriptor, const SocketRequest& asked, Continuation& continuation) {
        if (sockets_ == nullptr) sockets_ = std::make_unique<Sockets>();
        sockets_->touched.note(descriptor);
        return settle(sockets_->operation.start(asked), continuation);
    }
    bool settle(Readiness readiness, Continuation& continuation) {
        SocketOperation& operation = sockets_->operation;
        sockets_->waits = readiness != Readiness::done;
        if (sockets_->waits) {
            loop_->wait_ready(readiness, operation.descriptor(), continuation);
            return false;
        }
        result_ = operation.result();
        if (operation.is_accept()) loop_->mark_ready(operation.descriptor());
        return true;
    }

    Loop* loop_;
    tasks::Result result_;
    std::unique_ptr<Sockets> sockets_;  // null: the task has used none
};

using LoopOperation = ReadinessOperation<Reactor>;

}  // namespace models
