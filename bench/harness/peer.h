#pragma once

#include <array>
#include <memory>
#include <optional>

#include "sys/child_process.h"
#include "sys/cpu_set.h"
#include "sys/resource_usage.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace bench {

// The remote end of a workload, in a process of its own, on CPUs of its own, under one fixed model (epoll, the
// fastest loop), whatever the model that is measured. Made before any thread or pool exists.
class Peer {
public:
    // Once nothing has come forward for as long as `patience`, its connections are broken: who starves ends as
    // invalid, and not by the time limit of the whole case.
    Peer(std::unique_ptr<workloads::Workload> workload, const sys::CpuSet& cpus, sys::Nanoseconds patience);

    // Lets it do its part of one run. A system call and no more: it is inside the timed region.
    void start() noexcept { board_->start.post(); }
    // Waits until its part is over; says what went wrong with it. Not to be called after a run that failed on the
    // model's side: the peer may then wait for ever.
    [[nodiscard]] workloads::Verdict finish();

    // Since it was started, up to the end of its last run.
    [[nodiscard]] sys::ResourceUsage usage() const noexcept { return board_->usage; }

private:
    struct Board {
        sys::Semaphore start;
        sys::Semaphore done;
        sys::ResourceUsage usage;
        std::array<char, 256> reason;  // empty where its part was done as it should be
    };

    static void serve(workloads::Workload& workload, const sys::CpuSet& cpus, Board& board, sys::Nanoseconds patience);

    sys::Shared<Board> board_;
    std::optional<sys::ChildProcess> child_;
};

}  // namespace bench
