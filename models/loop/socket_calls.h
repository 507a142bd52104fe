#pragma once

#include "models/abandonment.h"
#include "tasks/operation.h"

namespace models {

// Socket calls that wait, one operation each, for sockets that block. A call that a signal interrupts is repeated; if
// the run was abandoned meanwhile, it throws RunAbandoned instead. (On a non-blocking socket accept and receive return
// -EAGAIN if there is nothing.)
class BlockingCalls {
public:
    // The abandonment outlives this object.
    explicit BlockingCalls(const Abandonment& abandonment) : abandonment_{abandonment} {}

    [[nodiscard]] tasks::Result accept(const tasks::Accept& accept) const;
    [[nodiscard]] tasks::Result connect(const tasks::Connect& connect) const;
    [[nodiscard]] tasks::Result receive(const tasks::Receive& receive) const;
    [[nodiscard]] tasks::Result send_all(const tasks::Send& send) const;

private:
    const Abandonment& abandonment_;
};

// What an operation needs before it can go on. A listener with a connection is readable too, but a loop may register it
// in another way.
enum class Readiness { done, readable, writable, acceptable };
[[nodiscard]] constexpr bool is_to_read(Readiness readiness) noexcept {
    return readiness == Readiness::readable || readiness == Readiness::acceptable;
}

// One Accept, Connect, Receive or Send in an event loop, on a non-blocking descriptor. Every readiness model uses this
// class, so that all follow the same rules: receive and accept wait first (a request is seldom there already), except
// after a receive that filled its buffer; send and connect try first (there is nearly always room).
class SocketOperation {
public:
    // Readiness::done: result() is there. Otherwise call attempt() when the descriptor is ready. Until the operation is
    // done it uses the task's buffer.
    [[nodiscard]] Readiness start(const tasks::Accept& accept) noexcept;
    [[nodiscard]] Readiness start(const tasks::Connect& connect) noexcept;
    [[nodiscard]] Readiness start(const tasks::Receive& receive) noexcept;
    [[nodiscard]] Readiness start(const tasks::Send& send) noexcept;

    [[nodiscard]] Readiness attempt() noexcept { return (this->*attempt_)(); }

    // After an accept more connections may wait, even if it failed (EMFILE).
    [[nodiscard]] bool is_accept() const noexcept { return attempt_ == &SocketOperation::attempt_accept; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] tasks::Result result() const noexcept { return result_; }

private:
    Readiness attempt_accept() noexcept;
    Readiness attempt_connect() noexcept;
    Readiness attempt_receive() noexcept;
    Readiness attempt_send() noexcept;
    Readiness done(tasks::Result result) noexcept;

    int descriptor_ = -1;
    Readiness (SocketOperation::*attempt_)() noexcept = &SocketOperation::attempt_accept;
    bool last_receive_filled_ = false;
    sockaddr_in address_{};
    std::size_t sent_ = 0;
    std::span<std::byte> into_;
    std::span<const std::byte> bytes_;
    tasks::Result result_;
};

}  // namespace models
