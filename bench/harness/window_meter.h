#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "bench/harness/peer_clocks.h"
#include "bench/harness/turns.h"
#include "sys/clock.h"
#include "sys/memory_usage.h"
#include "sys/perf_counter.h"
#include "sys/process_family.h"
#include "sys/shared_memory.h"
#include "sys/tcp_statistics.h"
#include "workloads/windows.h"

namespace bench {

// The counts of one run, or of one window. A count is nullopt if the kernel does not permit it.
struct Counts {
    std::uint64_t units = 0;
    std::optional<std::int64_t> system_calls;
    std::optional<std::int64_t> switches;
    std::optional<std::int64_t> migrations;
    std::array<char, 200> reason{};  // why a count is nullopt; ends in a zero. No std::string, for shared memory
};

// The kernel's counters of a model: of one thread, and of all threads and processes that it starts from now on. They
// slow every system call of the machine, so no time is measured while they exist.
class Counters {
public:
    // 0: the calling thread.
    explicit Counters(pid_t thread = 0);
    [[nodiscard]] Counts read() const;

private:
    sys::PerfCounter system_calls_;
    sys::PerfCounter switches_;
    sys::PerfCounter migrations_;
};
// What was counted between two readings; the units are those of `after`.
[[nodiscard]] Counts difference(const Counts& before, const Counts& after);

// Decides at each gate about the next window, and reads there what the model has used so far. The gate may turn in
// another process than the one that made the meter, so the readings lie in shared memory.
class WindowMeter final : public workloads::Gatekeeper {
public:
    // `windows`: how many are recorded. `turns`: who tells when a window may open; null: at once, with the nominal
    // quota. Both the workload and the turns outlive the meter. The workload may have no windows. `peers_most`: how
    // many processes the peer may have.
    WindowMeter(const workloads::Workload& workload, std::size_t windows, Turns* turns, std::size_t peers_most);

    // The processes of the model; the harness joins before it makes the model.
    [[nodiscard]] sys::ProcessFamily& model() noexcept { return model_; }
    // Of all windows, instead of the nominal quota. Called before any process is forked.
    void set_quota(std::uint64_t units) noexcept { quota_ = units; }
    // Of the processes of the peer, each of which enters it. (If there is no peer, the gates turn in the model.)
    [[nodiscard]] PeerClocks& peer() noexcept { return peer_; }
    [[nodiscard]] const PeerClocks& peer() const noexcept { return peer_; }
    // Called in the process in which the gates will turn, before the model is made.
    void count(pid_t thread_of_model) { counters_.emplace(thread_of_model); }

    // Called when the peer exists, and before the model is made: the memory of the model is what comes on top.
    void read_memory_before_model();

    [[nodiscard]] std::optional<workloads::NextWindow> at_gate(const workloads::Gate& gate) override;

    // After a run: of the recorded window `window`, from 0.
    [[nodiscard]] sys::Nanoseconds model_cpu(std::size_t window) const noexcept;
    [[nodiscard]] Counts counts(std::size_t window) const;
    // How the gates of the recorded windows found the model: the worst of them.
    [[nodiscard]] sys::ProcessFamily::Rest rest() const noexcept;
    // What TCP had counted when all connections were up. Nullopt before that, or if the kernel does not tell.
    [[nodiscard]] std::optional<sys::TcpStatistics> tcp_at_first_gate() const noexcept { return *tcp_at_first_gate_; }
    // Of the model with its connections, as it was at the first gate of the last run; nullopt if the workload does not
    // ask for it.
    [[nodiscard]] std::optional<workloads::Memory> memory() const noexcept;

private:
    // What was used until a moment.
    struct Used {
        std::int64_t model_cpu_ns;
        Counts counts;
        sys::ProcessFamily::Rest rest;
    };
    // To read takes some CPU time and system calls itself, which belong to no window.
    struct Reading {
        Used opening;  // when the gate before the window had turned
        Used closing;  // when the gate after it began to turn
    };

    [[nodiscard]] Used used() const;
    [[nodiscard]] std::optional<workloads::NextWindow> next_of_plan(const workloads::Gate& gate) const;
    [[nodiscard]] std::optional<workloads::NextWindow> next_turn(const workloads::Gate& gate);

    const workloads::Workload& workload_;
    Turns* turns_;
    sys::ProcessFamily model_;
    sys::SharedArray<Reading> readings_;  // by window
    PeerClocks peer_;
    sys::Shared<std::optional<sys::TcpStatistics>> tcp_at_first_gate_;
    sys::MemoryUsage memory_before_model_;
    sys::Shared<sys::MemoryUsage> memory_at_first_gate_;
    std::optional<std::uint64_t> quota_;
    std::optional<Counters> counters_;
};

}  // namespace bench
