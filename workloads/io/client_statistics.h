#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {

// What the clients of a run see together, in shared memory, so that the server's side can read it when they are
// another process, and so that it does not matter how many processes they are.
class ClientStatistics {
public:
    ClientStatistics(std::size_t clients, std::uint64_t units_per_client);

    // Before each run.
    void begin() noexcept;

    // Open loop: true for the last client of all to be connected, with which the schedule begins.
    [[nodiscard]] bool arrive_last() noexcept;
    [[nodiscard]] sys::TimePoint begin_of_schedule() const noexcept {
        return sys::TimePoint{sys::Nanoseconds{board_->schedule_begin_ns.load(std::memory_order_acquire)}};
    }

    // A client got one more answer, and it was right. `bytes`: payload in both directions.
    void answered(std::size_t client, std::int64_t latency_ns, std::uint64_t bytes) noexcept;
    // The number of a new connection, counted over all runs.
    [[nodiscard]] std::uint64_t next_connection() noexcept;
    [[nodiscard]] std::atomic<std::uint64_t>& tickets() const noexcept { return board_->tickets; }

    [[nodiscard]] Histogram& latency() const noexcept { return *latency_; }
    // For clients in open loop, which enter it themselves.
    [[nodiscard]] Histogram& latency_uncorrected() const noexcept { return *latency_uncorrected_; }
    [[nodiscard]] std::uint64_t progress() const noexcept { return board_->answered.load(std::memory_order_relaxed); }
    [[nodiscard]] Work work() const noexcept;
    // Invalid where a client did not get all its answers: it was starved, or work is missing.
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
