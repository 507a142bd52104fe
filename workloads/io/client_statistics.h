#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {

// Requests of two classes may be timed apart from each other.
enum class RequestClass { main, other };

// What all clients of a run count together. It lies in shared memory, because clients and server are different
// processes.
class ClientStatistics {
public:
    // The clients are divided into so many shards, each in a process of its own: each has its own figures, and what is
    // read is their sum. Called before any process of a run is forked. Throws std::system_error.
    void divide(std::size_t shards);
    // Called before each run, while there are no clients.
    void begin() noexcept;

    // Workloads that are timed as a whole: a client of this shard has received one more right answer. `bytes`: payload
    // in both directions.
    void answered(std::size_t shard, sys::Nanoseconds latency, std::uint64_t bytes) noexcept;
    [[nodiscard]] std::uint64_t progress() const noexcept { return work().units; }
    [[nodiscard]] Work work() const noexcept;

    // A client ends with an error (a negative errno). The first one is kept, unless it only follows from the end of the
    // server or of the run: a broken connection.
    void failed(int error) noexcept;
    // Invalid if a client failed for a reason of its own.
    [[nodiscard]] Verdict verify() const;

    // The number of a new connection, counted from 0 over all runs.
    [[nodiscard]] std::uint64_t next_connection() noexcept;

    // Of requests of the main class.
    [[nodiscard]] ShardedHistogram& latency() noexcept { return latency_; }
    // Of the other class.
    [[nodiscard]] ShardedHistogram& latency_of_others() noexcept { return latency_of_others_; }
    // Open loop only; of the main class.
    [[nodiscard]] ShardedHistogram& latency_uncorrected() noexcept { return latency_uncorrected_; }

private:
    struct Board {
        std::atomic<std::uint64_t> connections;
        std::atomic<int> first_error;
    };
    struct alignas(64) Answers {  // a cache line for each shard
        std::atomic<std::uint64_t> count;
        std::atomic<std::uint64_t> bytes;
    };

    sys::Shared<Board> board_;
    sys::SharedArray<Answers> answers_{1};  // by shard
    ShardedHistogram latency_;
    ShardedHistogram latency_of_others_;
    ShardedHistogram latency_uncorrected_;
};

}  // namespace workloads
