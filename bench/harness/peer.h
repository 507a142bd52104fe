#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "bench/harness/peer_watch.h"
#include "sys/child_process.h"
#include "sys/cpu_set.h"
#include "sys/first_text.h"
#include "sys/resource_usage.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace bench {

// The remote end of a workload, in processes of its own and on its own CPUs. It runs under the same model for all
// measured models: epoll, the fastest loop. Make it before any thread or pool exists, because it forks.
class Peer {
public:
    struct Settings {
        sys::CpuSet cpus;
        // Each process has its own part of the CPUs. Otherwise each may use them all.
        bool pinned;
        // If the peer makes no progress for so long, it closes its connections. So a model that starves a connection
        // ends as invalid, and not by the time limit of the case.
        sys::Nanoseconds patience;
        // Null if the workload has none. While a gate of them turns, the peer waits as long as the gatekeeper takes.
        const workloads::Windows* windows;
        // Called, in another process, if a process of the peer has died, which may have been in the middle of a gate.
        std::function<void()> died = [] {};
    };
    // `shards`: Workload::make_peer(), not empty; each has a process. `prepare` is called with the shard's index in its
    // process, when all processes have been forked, and before the constructor returns. Throws std::runtime_error if a
    // process ends meanwhile. If one ends later, all connections to the peer break, and its listeners are shut down, so
    // that the model's tasks do not wait for it.
    Peer(std::vector<std::unique_ptr<workloads::Workload>> shards, const Settings& settings,
         const std::function<void(std::size_t shard)>& prepare);

    [[nodiscard]] std::size_t processes() const noexcept { return boards_.size(); }
    // Starts the peer's part of one run. Costs one system call for each process, because it is inside the timed region
    // of a run that is timed as a whole.
    void start() noexcept {
        for (Board& board : boards_) board.start.post();
    }
    // Throws std::runtime_error if a process of the peer has ended.
    void require_alive();
    // The same, if the model's side failed: the end of a process breaks its connections a moment before it is over. So
    // this waits until the peer's part has ended too, or half a second.
    void settle();
    // Waits until the peer's part has ended, and says what went wrong there. Must not be called if the model's side
    // failed: the peer may then wait for ever. Throws std::runtime_error if a process of the peer ends meanwhile.
    [[nodiscard]] workloads::Verdict finish();

    // The resources used by all processes, from their start to the end of the last run.
    [[nodiscard]] sys::ResourceUsage usage() const noexcept;
    // The CPU time of each of them.
    [[nodiscard]] std::vector<sys::Nanoseconds> cpu_by_process() const;

private:
    struct Board {
        sys::Semaphore all_forked;
        sys::Semaphore ready;
        sys::Semaphore start;
        sys::Semaphore done;
        sys::ResourceUsage usage;
        std::array<char, 256> reason;  // empty if the shard's part went well
        sys::FirstText failure;        // why the process ended
    };

    void wait_for(std::size_t shard, sys::Semaphore Board::*semaphore);
    [[noreturn]] void throw_ending(std::size_t shard, int status) const;
    [[nodiscard]] sys::CpuSet cpus_of(std::size_t shard, const Settings& settings) const;
    static void serve(workloads::Workload& workload, const Settings& settings, Board& board,
                      const std::function<void()>& prepare);

    sys::SharedArray<Board> boards_;  // by shard
    std::vector<sys::ChildProcess> children_;
    PeerWatch watch_;  // destroyed first: it must not see their ends
};

}  // namespace bench
