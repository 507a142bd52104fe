#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sys/clock.h"
#include "sys/shared_memory.h"

namespace bench {

// The CPU time that each process of a peer uses in each recorded window. A gate turns in one of these processes, which
// reads the clocks of all. It lies in shared memory, where the process that measures finds it.
class PeerClocks {
public:
    // Throws std::system_error.
    PeerClocks(std::size_t windows, std::size_t processes_most);

    // Called in each process of the peer before the first gate turns.
    void enter(std::size_t process) noexcept;

    // At a gate the process that turns it calls both, one before the pause of the gate and one after it. The other
    // processes sleep in the pause: only after it are their clocks exact, and they use nothing meanwhile.
    void before_pause() noexcept;
    // `closed`, `opened`: the numbers of the recorded windows before and after the gate, if there are any.
    void after_pause(std::optional<std::size_t> closed, std::optional<std::size_t> opened) noexcept;

    // After a run: of all processes together.
    [[nodiscard]] sys::Nanoseconds used_in(std::size_t window) const noexcept;
    // In all windows together, by process.
    [[nodiscard]] std::vector<sys::Nanoseconds> used_by_process() const;

private:
    struct Reading {
        std::int64_t opened_ns;
        std::int64_t closed_ns;
    };
    [[nodiscard]] Reading& reading(std::size_t window, std::size_t process) const noexcept {
        return readings_[window * pids_.size() + process];
    }

    sys::SharedArray<std::atomic<pid_t>> pids_;  // 0: there is no such process
    std::size_t windows_;
    sys::SharedArray<Reading> readings_;  // by window, and then by process
    std::int64_t own_before_ns_ = 0;      // of the process that turns the gate
};

}  // namespace bench
