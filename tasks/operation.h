#pragma once

#include <netinet/in.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>

#include "sys/clock.h"

namespace tasks {

class Task;

// What a task can ask of the model that runs it. Each operation ends in a Result.
//
// Sockets: a task uses a socket that Accept returned, or passes its own to Connect first. There, an event loop makes
// the socket non-blocking. Exception: the two ends of a socketpair() need neither, if both are used inside the job.
// A task keeps its sockets open until it finishes, so that an event loop can keep a registration as long as the task
// lives. When the task finishes, bytes that arrived and were not received may be lost.
// Buffers: the task owns them, and keeps them valid until it is resumed with the result.
// Events: numbers from 0 to Demand::events - 1, because a number means the same in every process of the job.

// Wait for a connection. Result: its descriptor, which the task owns from then on. The model decides whether it is
// blocking.
struct Accept {
    int listener;
};
// Connect a socket that the task owns. Result: 0.
struct Connect {
    int socket;
    sockaddr_in address;
};
// Wait for at least one byte, or for the end of the stream. Result: the number of bytes; 0 at the end.
struct Receive {
    int socket;
    std::span<std::byte> into;
};
// Send all bytes: after a partial write, the model sends the rest. Result: the number of bytes.
struct Send {
    int socket;
    std::span<const std::byte> bytes;
};
// Wait until a point in time. It is absolute, so that delays do not add up over many sleeps. Result: 0.
struct Sleep {
    sys::TimePoint until;
};
// Call the task's compute(), on this thread or on another one. Result: 0.
struct Compute {};
// Let other tasks run. Result: 0.
struct Yield {};
// Wait until a task of the job has announced this event. Result: 0.
struct Await {
    int event;
};
// The event has happened. Tasks that await it, now or later in this run, go on. Result: 0.
struct Announce {
    int event;
};
// Start another task, which the model owns from then on. Result: 0, or a negative errno if the model could not start
// it, and destroyed it.
struct Spawn {
    std::unique_ptr<Task> task;
};
// The task has ended. The workload compares the digest with the serial answer. `error` is a negative errno if the task
// failed.
struct Finish {
    std::uint64_t digest;
    int error = 0;
};

// A model visits it exhaustively: a new operation does not compile until every model handles it.
using Operation = std::variant<Accept, Connect, Receive, Send, Sleep, Compute, Yield, Await, Announce, Spawn, Finish>;

// How an operation ended: a count or a descriptor, which are not negative, or a negative errno (the convention of the
// kernel and of io_uring). Never an exception.
struct Result {
    std::int64_t value = 0;

    [[nodiscard]] bool failed() const noexcept { return value < 0; }
    // The negative errno; 0 if the operation did not fail.
    [[nodiscard]] int error() const noexcept { return failed() ? static_cast<int>(value) : 0; }
    // Both only if the operation did not fail.
    [[nodiscard]] int descriptor() const noexcept {
        assert(!failed());
        return static_cast<int>(value);
    }
    [[nodiscard]] std::size_t bytes() const noexcept {
        assert(!failed());
        return static_cast<std::size_t>(value);
    }
    friend bool operator==(Result, Result) = default;
};

// Makes one visitor of several lambdas, for std::visit.
template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
// For clang 14, which does not deduce the arguments of an aggregate.
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace tasks
