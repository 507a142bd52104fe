#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "sys/child_process.h"
#include "sys/cpu_set.h"
#include "sys/resource_usage.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace bench {

// The remote end of a workload, in its own process and on its own CPUs. It runs under the same model for all measured
// models: epoll, the fastest loop. Make it before any thread or pool exists, because it forks.
class Peer {
public:
    // If the peer makes no progress for `patience`, it closes its connections. So a model that starves a connection
    // ends as invalid, and not by the time limit of the case.
    // While a gate of `windows` (which may be null) turns, it waits as long as the gatekeeper takes.
    // `prepare` is called in the peer's process, before the constructor returns. Throws std::runtime_error if the
    // process ends meanwhile.
    Peer(std::unique_ptr<workloads::Workload> workload, const sys::CpuSet& cpus, sys::Nanoseconds patience,
         const workloads::Windows* windows, const std::function<void()>& prepare);

    // Starts the peer's part of one run. Costs one system call, because it is inside the timed region.
    void start() noexcept { board_->start.post(); }
    // Waits until the peer's part has ended, and says what went wrong there. Must not be called if the model's side
    // failed: the peer may then wait for ever.
    [[nodiscard]] workloads::Verdict finish();

    // The resources used from the start of the process to the end of its last run.
    [[nodiscard]] sys::ResourceUsage usage() const noexcept { return board_->usage; }

private:
    struct Board {
        sys::Semaphore ready;
        sys::Semaphore start;
        sys::Semaphore done;
        sys::ResourceUsage usage;
        std::array<char, 256> reason;  // empty if the peer's part went well
    };

    [[nodiscard]] workloads::Verdict wait_for(sys::Semaphore& semaphore);
    static void serve(workloads::Workload& workload, const sys::CpuSet& cpus, Board& board, sys::Nanoseconds patience,
                      const workloads::Windows* windows);

    sys::Shared<Board> board_;
    std::optional<sys::ChildProcess> child_;
};

}  // namespace bench
