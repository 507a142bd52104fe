#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {

// Measures the windows: reads clocks and counters at each gate.
class Gatekeeper {
public:
    Gatekeeper() = default;
    Gatekeeper(const Gatekeeper&) = delete;
    Gatekeeper& operator=(const Gatekeeper&) = delete;
    virtual ~Gatekeeper() = default;

    // Called before the first window (0), between two, and after the last one (their number), in the process of the
    // participant that arrived last. All other participants wait, and no byte is under way.
    virtual void at_gate(std::size_t windows_closed) = 0;
};

// A part of a run that is timed.
struct Window {
    sys::TimePoint opened;
    sys::TimePoint closed;  // when the last unit was done
    Work work;
};

// The windows of a server's run. To start and end a server costs more than a few thousand requests, so only windows are
// timed: a window opens when every participant (a connection, or a pair of tasks) has done one unit of work, and closes
// with the last unit of its quota. The participants draw their units from one quota, because with a fixed number for
// each the slowest would work alone at the end. Only its first unit of each window is reserved for each participant: so
// a window in which a participant is not served at all never closes.
//
//   set-up, one unit each | gate 0 | window 0 | gate 1 | window 1 | gate 2 | end
//
// The figures lie in shared memory: participants may be in other processes than the workload.
class Windows {
public:
    // `units`: the quota of a window, at least `participants`; `participants` is not 0. Throws std::system_error.
    Windows(std::size_t participants, std::uint64_t units);

    // How many windows a run has (at first: 1), and who measures them (at first: nobody). Called before any process of
    // the run is forked. The gatekeeper, which may be null, outlives all runs.
    void plan(std::size_t count, Gatekeeper* gatekeeper);
    [[nodiscard]] std::size_t planned() const noexcept { return windows_.size(); }
    // Called before each run, while no participant is alive.
    void begin() noexcept;

    // For participants; any thread or process may call these.

    struct Arrival {
        bool last;         // this participant must call turn(), and then wake the others
        std::size_t gate;  // its number: 0 before the first window
    };
    // A participant has nothing to do until the next gate has turned. `now`: when its last unit was done.
    [[nodiscard]] Arrival arrive(sys::TimePoint now) noexcept;
    // Closes the window that is open, and opens the next one. After the last window, none is open.
    void turn();
    [[nodiscard]] bool is_open() const noexcept { return board_->open.load(std::memory_order_acquire); }
    // When the window opened that is open now.
    [[nodiscard]] sys::TimePoint opened() const noexcept;
    // Draws a unit and returns its number in the window, from `participants` on: the numbers below are the first units,
    // which nobody draws. Nullopt if none is left.
    [[nodiscard]] std::optional<std::uint64_t> draw() noexcept;
    // `participant` has done one more unit, of the window or of the first round. `bytes`: payload in both directions.
    void done(std::size_t participant, std::uint64_t bytes) noexcept;
    // A participant has failed and will never arrive: no further gate turns. Returns the gate at which others may wait;
    // the caller must wake them.
    std::size_t fail() noexcept;

    // After a run, or to watch its progress.

    // The units that were done so far.
    [[nodiscard]] std::uint64_t progress() const noexcept;
    // Invalid if a window was not closed; says who was not served. `participants`: what they are, in the plural.
    [[nodiscard]] Verdict verify(std::string_view participants) const;
    // Both only after a valid run.
    [[nodiscard]] const Window& operator[](std::size_t window) const noexcept { return windows_[window]; }
    [[nodiscard]] Work work() const noexcept;
    // All units of the run that `participant` did, with the first round.
    [[nodiscard]] std::uint64_t units_of(std::size_t participant) const noexcept;

private:
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not work between processes");
    static constexpr std::size_t cache_line_bytes = 64;

    struct Board {
        std::atomic<std::size_t> arrived;
        std::atomic<std::size_t> turned;  // gates
        std::atomic<std::int64_t> last_done_ns;
        std::atomic<std::int64_t> opened_ns;
        std::atomic<bool> open;
        std::atomic<bool> failed;
        // Participants write it all the time: it has a cache line of its own.
        alignas(cache_line_bytes) std::atomic<std::uint64_t> drawn;
    };
    // One participant writes it.
    struct alignas(cache_line_bytes) Count {
        std::atomic<std::uint64_t> in_window;
        std::atomic<std::uint64_t> before;  // in the run, without the window
        std::atomic<std::uint64_t> bytes_in_window;
    };

    [[nodiscard]] Work cut() noexcept;

    std::uint64_t units_;
    sys::Shared<Board> board_;
    sys::SharedArray<Count> counts_;  // by participant
    sys::SharedArray<Window> windows_{1};
    Gatekeeper* gatekeeper_ = nullptr;
};

}  // namespace workloads
