#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {

// What all clients of a run count together. It lies in shared memory, because clients and server are different
// processes.
class ClientStatistics {
public:
    // `clients` is not 0. Throws std::system_error if there is no memory.
    ClientStatistics(std::size_t clients, std::uint64_t units_per_client);

    // Called before each run, while there are no clients.
    void begin() noexcept;

    // Open loop: called by each client when it has connected. Returns true for the last one; then the schedule begins.
    [[nodiscard]] bool arrive_last() noexcept;
    // Only after the last client has arrived.
    [[nodiscard]] sys::TimePoint begin_of_schedule() const noexcept {
        return sys::TimePoint{sys::Nanoseconds{board_->schedule_begin_ns.load(std::memory_order_acquire)}};
    }

    // A client has received one more right answer. `bytes`: payload in both directions.
    void answered(std::size_t client, std::int64_t latency_ns, std::uint64_t bytes) noexcept;
    // The number of a new connection, counted from 0 over all runs.
    [[nodiscard]] std::uint64_t next_connection() noexcept;
    // For Acceptor.
    [[nodiscard]] std::atomic<std::uint64_t>& tickets() const noexcept { return board_->tickets; }

    [[nodiscard]] Histogram& latency() const noexcept { return *latency_; }
    // Open loop: the clients record into it themselves.
    [[nodiscard]] Histogram& latency_uncorrected() const noexcept { return *latency_uncorrected_; }
    [[nodiscard]] std::uint64_t progress() const noexcept { return board_->answered.load(std::memory_order_relaxed); }
    [[nodiscard]] Work work() const noexcept;
    // Invalid if a client did not receive the right number of answers.
    [[nodiscard]] Verdict verify() const;

private:
    struct Board {
        std::atomic<std::uint64_t> tickets;
        std::atomic<std::uint64_t> connected;
        std::atomic<std::int64_t> schedule_begin_ns;
        std::atomic<std::uint64_t> connections;
        std::atomic<std::uint64_t> answered;
        std::atomic<std::uint64_t> bytes;
        std::atomic<double> jain_at_half;
    };

    [[nodiscard]] double jain() const noexcept;

    std::uint64_t units_per_client_;
    sys::Shared<Board> board_;
    sys::SharedArray<std::atomic<std::uint64_t>> completions_;  // by client
    sys::Shared<Histogram> latency_;
    sys::Shared<Histogram> latency_uncorrected_;
};

}  // namespace workloads
