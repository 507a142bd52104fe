#pragma once

#include <netinet/in.h>

#include <cassert>
#include <concepts>
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
// Files: a task reads and writes regular files, which it has opened itself or which belong to the job. Each operation
// names its offset, so that any number of tasks, in any processes, may use the same open file.
// Buffers: the task owns them, and keeps them valid until it is resumed with the result.
// Events, semaphores and channels: numbers from 0, in the order of the job's Demand, because a number means the same in
// every process of the job. All three are made before the job runs, and are new in each run. Tasks that wait for a
// semaphore or a channel go on in the order in which they came. If no task of the job can ever go on, because all wait
// for one another, either each of these operations ends with -EDEADLK or the run ends with models::Deadlock.

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
// Wait for at least one byte, or for the end of the stream. Result: the number of bytes; 0 at the end, which is told
// once: an edge-triggered loop would wait for a second one for ever.
struct Receive {
    int socket;
    std::span<std::byte> into;
};
// Send all bytes: after a partial write, the model sends the rest. Result: the number of bytes.
struct Send {
    int socket;
    std::span<const std::byte> bytes;
};
// Fill `into` from the file, from this byte on. Result: the number of bytes, which are fewer only at the end of the
// file, and 0 beyond it.
struct Read {
    int file;
    std::uint64_t offset;  // less than 2^63
    std::span<std::byte> into;
};
// Write all bytes into the file, from this byte on. They are then in the kernel's cache, and not yet on the device.
// Result: the number of bytes.
struct Write {
    int file;
    std::uint64_t offset;  // less than 2^63
    std::span<const std::byte> bytes;
};
// Wait until all that was written to the file before is on the device (fdatasync). Result: 0.
struct Sync {
    int file;
};
// Wait until a point in time. It is absolute, so that delays do not add up over many sleeps. Result: 0.
struct Sleep {
    sys::TimePoint until;
};
// Call the task's compute(), on this thread or on another one. Result: 0.
struct Compute {};
// Let other tasks run. Result: 0.
struct Yield {};
// Wait until the tasks of the job have announced this event so many times in this run: no more than once more than they
// had when the task asks. Result: 0.
struct Await {
    int event;
    std::uint32_t times = 1;
};
// The event has happened once more. Tasks that await it, now or later in this run, go on. Result: 0.
struct Announce {
    int event;
};
// Take a permit of a semaphore, or wait for one. A mutex is a semaphore with one permit. Result: 0.
struct Acquire {
    int semaphore;
};
// Give a permit to the task that has waited longest, or back to the semaphore. Any task may do it. Result: 0.
struct Release {
    int semaphore;
};
// Put a copy of these bytes, as many as fill a slot, into a bounded channel; wait while all slots are full. What one
// task pushes is popped in the same order. Result: the number of bytes; -EPIPE if the channel is closed.
struct Push {
    int channel;
    std::span<const std::byte> bytes;
};
// Take the oldest slot's bytes out of a channel, or wait for one. Result: the number of bytes; 0 if the channel is
// empty and closed.
struct Pop {
    int channel;
    std::span<std::byte> into;  // as many bytes as a slot has
};
// Nothing more comes through this channel. Tasks that wait in Push meanwhile end with -EPIPE. Result: 0.
struct Close {
    int channel;
};
// Start another task, which the model owns from then on. A joined task is a child of the task that asks: its digest
// goes to that task and not to the ledger. Result: 0, or a negative errno if the model could not start it, and
// destroyed it.
struct Spawn {
    std::unique_ptr<Task> task;
    bool joined = false;
};
// Wait until all children of this task have finished. A task with children must do so before it finishes; otherwise the
// run ends with std::logic_error. Result: the sum, modulo 2^63, of the digests of the children that were spawned since
// the last Join; or the negative errno of one that failed.
struct Join {};
// The task has ended. The workload compares the digest with the serial answer. `error` is a negative errno if the task
// failed.
struct Finish {
    std::uint64_t digest;
    int error = 0;
};

// A model visits it exhaustively: a new operation does not compile until every model handles it.
using Operation = std::variant<Accept, Connect, Receive, Send, Read, Write, Sync, Sleep, Compute, Yield, Await,
                               Announce, Acquire, Release, Push, Pop, Close, Spawn, Join, Finish>;
// Every task that waits holds one. A point in time more in each operation on a socket still fits.
static_assert(sizeof(Operation) <= 40);

template <class Asked>
concept OnFile = std::same_as<Asked, Read> || std::same_as<Asked, Write> || std::same_as<Asked, Sync>;

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
