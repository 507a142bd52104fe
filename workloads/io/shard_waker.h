#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sys/unique_fd.h"
#include "tasks/task.h"
#include "workloads/windows.h"
#include "workloads/workload.h"

namespace workloads {

// The clients of a server may be divided into shards, each in a process of its own. The event by which a client waits
// at a gate reaches only its own process. So each shard has one more task, which receives from a socket, and announces
// in its shard that a gate has turned.
class ShardWaker {
public:
    // Made before the processes are forked. Throws std::system_error.
    explicit ShardWaker(std::size_t shards);

    // Wakes the task of this shard, soon or at once. Any process may call it. To wake it twice does no harm: it looks
    // at the windows, not at what it received.
    void wake(std::size_t shard) const noexcept;
    void wake_all() const noexcept;
    void wake_others(std::size_t than) const noexcept;

    // The socket at which the task of a shard waits.
    [[nodiscard]] int socket(std::size_t shard) const noexcept { return sockets_[shard].receiver.get(); }

private:
    struct Pair {
        sys::UniqueFd receiver;
        sys::UniqueFd sender;
    };
    std::vector<Pair> sockets_;
};

// The number of the event that tells a shard that the last window has closed, or that a client has failed: the one
// after those of the gates.
[[nodiscard]] inline int end_event(const Windows& windows) noexcept { return static_cast<int>(windows.gates()); }

// The task that waits at the waker's socket, and announces each gate and the end. In shard 0 it also turns the gates,
// so that all figures of the gates are read in one process. Ends with the windows, or when a client of any shard has
// failed. Windows and waker outlive it.
[[nodiscard]] std::unique_ptr<tasks::Task> make_gate_watcher(Shard shard, Windows& windows, const ShardWaker& waker);

}  // namespace workloads
