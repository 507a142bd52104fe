#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "sys/child_process.h"
#include "sys/cpu_set.h"
#include "sys/shared_memory.h"
#include "sys/unique_fd.h"

namespace bench {

// Ends a run whose peer has died. The model may then wait for connections that nobody will make, and whatever it is, it
// must not have to look for that. So this is a process of its own, which sleeps until a process of the peer has ended.
class PeerWatch {
public:
    // Called before each process of the peer is forked. That process holds the returned descriptor until it ends; the
    // caller closes its own after the fork, so that no other process has it. Throws std::system_error.
    [[nodiscard]] sys::UniqueFd add();

    // Starts watching, on these CPUs, the processes for which add() was called. If one ends, this process kills the
    // others, so that the kernel closes all connections, and calls `end_run` for the rest. Throws std::system_error.
    void start(std::vector<pid_t> peers, const sys::CpuSet& cpus, const std::function<void()>& end_run);

    // Which process has ended; nullopt if all live. Known before `end_run` is called.
    [[nodiscard]] std::optional<std::size_t> ended() const noexcept {
        const std::size_t number = ended_->load();
        return number == 0 ? std::nullopt : std::optional{number - 1};
    }

private:
    sys::Shared<std::atomic<std::size_t>> ended_;  // its number plus 1; 0: none
    std::vector<sys::UniqueFd> ends_;              // one for each process; hangs up when the process ends
    std::optional<sys::ChildProcess> process_;
};

}  // namespace bench
