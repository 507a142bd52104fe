#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>

#include "sys/clock.h"

namespace tasks {

class Task;

// The alphabet: what a task asks of the model that runs it. Each operation ends in an Result.
//
// Sockets come from Accept, or go through Connect first: that is where an event loop makes them non-blocking.
// A connected pair of which both ends stay in the job goes without either. Events are numbers from 0, as many as
// the job demands, so that they cross fork.
// A task keeps every socket that it names here open until it finishes, so that an event loop can tie a
// registration to the task's life; what has come for it by then and was not received may be gone. Buffers are lent:
// valid until the task is resumed with the result.

// Wait for a connection. Result: its descriptor, which now belongs to the task. The model chooses blocking or not.
struct Accept {
    int listener;
};
// Result: 0.
struct Connect {
    int socket;
    sockaddr_in address;
};
// At least one byte, or the end of the stream. Result: bytes, 0 at the end.
struct Receive {
    int socket;
    std::span<std::byte> into;
};
// All of it: a short write is carried on by the model. Result: bytes.
struct Send {
    int socket;
    std::span<const std::byte> bytes;
};
// An absolute deadline, so that a row of naps does not drift. Result: 0.
struct Sleep {
    sys::TimePoint until;
};
// Call the task's compute(), here or on another core, as the model likes. Result: 0.
struct Compute {};
// Let other tasks run. Result: 0.
struct Yield {};
// Wait until somebody has announced this event of the job. Result: 0.
struct Await {
    int event;
};
// It has happened: all who await it go on, also those who come later in this run. Result: 0.
struct Announce {
    int event;
};
// Start another task, which the model then owns. Result: 0, or why it could not be started.
struct Spawn {
    std::unique_ptr<Task> task;
};
// The end. The digest is checked against the serial answer; a task that failed says so by a negative errno.
struct Finish {
    std::uint64_t digest;
    int error = 0;
};

// Visited exhaustively: a new operation is a compile error in every driver that has not learnt it.
using Operation = std::variant<Accept, Connect, Receive, Send, Sleep, Compute, Yield, Await, Announce, Spawn, Finish>;

// How an operation ended: a count or descriptor >= 0, or a negative errno (the kernel's own convention, and
// io_uring's), never an exception.
struct Result {
    std::int64_t value = 0;

    [[nodiscard]] bool failed() const noexcept { return value < 0; }
    [[nodiscard]] int error() const noexcept { return failed() ? static_cast<int>(value) : 0; }
    [[nodiscard]] int descriptor() const noexcept { return static_cast<int>(value); }
    [[nodiscard]] std::size_t bytes() const noexcept { return static_cast<std::size_t>(value); }
    friend bool operator==(Result, Result) = default;
};

// For std::visit over lambdas.
template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
// clang 14 does not deduce it for aggregates.
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace tasks
