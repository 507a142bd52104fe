#pragma once

#include "tasks/operation.h"

namespace models {

// The socket calls of all models that make them one by one, each with its result; a signal never shows.

// On a blocking socket: waits. On one that does not block: -EAGAIN where nothing is there.
[[nodiscard]] tasks::Result accept_connection(const tasks::Accept& accept) noexcept;
[[nodiscard]] tasks::Result receive_some(const tasks::Receive& receive) noexcept;

[[nodiscard]] tasks::Result connect_blocking(const tasks::Connect& connect) noexcept;
[[nodiscard]] tasks::Result send_all_blocking(const tasks::Send& send) noexcept;

// What an event loop has to wait for before an operation can go on.
enum class Readiness { done, readable, writable };

// One Accept, Connect, Receive or Send in an event loop, on a descriptor that does not block. It is the same
// object whether the loop's table, a coroutine frame or a fiber's stack holds it, so that all of them follow the
// same rules: receive and accept wait first (a request is seldom there already), except after a receive that
// filled its buffer; send and connect try first (there is nearly always room).
class SocketOperation {
public:
    // Takes the operation up. Readiness::done: result() is there; else attempt() is to be called when the
    // descriptor is ready. The bytes of the operation stay lent until then.
    [[nodiscard]] Readiness start(const tasks::Accept& accept) noexcept;
    [[nodiscard]] Readiness start(const tasks::Connect& connect) noexcept;
    [[nodiscard]] Readiness start(const tasks::Receive& receive) noexcept;
    [[nodiscard]] Readiness start(const tasks::Send& send) noexcept;

    [[nodiscard]] Readiness attempt() noexcept;

    // Where it is done: more connections may be there, whether or not this one could be had (EMFILE).
    [[nodiscard]] bool is_accept() const noexcept { return kind_ == Kind::accept; }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] tasks::Result result() const noexcept { return result_; }

private:
    enum class Kind { accept, connect, receive, send };

    Readiness attempt_accept() noexcept;
    Readiness attempt_connect() noexcept;
    Readiness attempt_receive() noexcept;
    Readiness attempt_send() noexcept;
    Readiness done(tasks::Result result) noexcept;

    int descriptor_ = -1;
    Kind kind_ = Kind::accept;
    bool last_receive_filled_ = false;
    sockaddr_in address_{};
    std::size_t sent_ = 0;
    std::span<std::byte> into_;
    std::span<const std::byte> bytes_;
    tasks::Result result_;
};

}  // namespace models
