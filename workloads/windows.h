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

// A part of a run that is timed.
struct Window {
    sys::TimePoint opened;
    sys::TimePoint closed;  // when the last unit was done
    Work work;
    bool recorded;  // its figures count
};

// What the gatekeeper learns at a gate.
struct Gate {
    std::size_t recorded;          // the windows so far that were recorded, also the one that has just closed
    std::optional<Window> closed;  // the window that has just closed; nullopt before the first one
};
// What the gatekeeper orders.
struct NextWindow {
    std::uint64_t units;  // the quota; raised to the number of participants if it is less
    bool recorded = true;
};

// Decides at each gate about the next window; reads clocks and counters there.
class Gatekeeper {
public:
    Gatekeeper() = default;
    Gatekeeper(const Gatekeeper&) = delete;
    Gatekeeper& operator=(const Gatekeeper&) = delete;
    virtual ~Gatekeeper() = default;

    // Called before the first window, between two, and after the last one, in the process of the participant that
    // arrived last. All other participants wait, and no byte is under way. Nullopt: there is no further window.
    [[nodiscard]] virtual std::optional<NextWindow> at_gate(const Gate& gate) = 0;
};

// Who comes to gates and does no units in windows.
struct Bystanders {
    // With the numbers after those of the participants: each does a unit of the first round and arrives at gate 0.
    std::size_t silent = 0;
    // They arrive at each gate, and do no units.
    std::size_t attendants = 0;
};

// The windows of a server's run. To start and end a server costs more than a few thousand requests, so only windows are
// timed: a window opens when every participant (a connection, or a pair of tasks) has done one unit of work, and closes
// with the last unit of its quota. The participants draw their units from one quota, because with a fixed number for
// each the slowest would work alone at the end. Only its first unit of each window is reserved for each participant: so
// a window in which a participant is not served at all never closes. The gatekeeper may give each window another quota,
// and let some windows be unrecorded: they are work like all others, but their figures are forgotten.
//
//   set-up, one unit each | gate 0 | window 0 | gate 1 | window 1 | gate 2 | end
//
// Attendants come to the gates like participants, so that nothing goes on there, but do no units: what they do in a
// window is there to be noticed by the participants.
//
// The figures lie in shared memory: participants may be in other processes than the workload.
class Windows {
public:
    // `units`: the nominal quota of a window, at least `participants`; `participants` is not 0. Throws
    // std::system_error.
    Windows(std::size_t participants, std::uint64_t units, Bystanders bystanders = {});

    // How many windows of a run are recorded (at first: 1), who decides about them, and how many others there may be
    // before them. Called before any process of the run is forked. The gatekeeper outlives all runs. It may be null:
    // then a run has `count` windows of the nominal quota.
    void plan(std::size_t count, Gatekeeper* gatekeeper, std::size_t unrecorded = 0);
    // The windows for whose figures there is room.
    [[nodiscard]] std::size_t planned() const noexcept { return windows_.size(); }
    // The gates that a run has at most.
    [[nodiscard]] std::size_t gates() const noexcept { return windows_.size() + unrecorded_ + 1; }
    [[nodiscard]] std::uint64_t nominal_units() const noexcept { return units_; }
    // Several processes draw from the quota: each takes a batch of units for its own participants, but no more than
    // half of its fair share of what is left, so that the batches shrink. With one common counter for each unit, 64
    // processes would measure that counter; with a fixed share for each, how the last process drains its own. The
    // participants of a shard are on one thread. Called before any process of a run is forked. Throws
    // std::system_error.
    void divide(std::size_t shards);
    // Called before each run, while no participant is alive.
    void begin() noexcept;

    // For participants; any thread or process may call these.

    struct Arrival {
        bool last;         // this participant must call turn(), and then wake the others
        std::size_t gate;  // its number: 0 before the first window
    };
    // A participant has nothing to do until the next gate has turned. `now`: when its last unit was done; {} of an
    // attendant.
    [[nodiscard]] Arrival arrive(sys::TimePoint now) noexcept;
    // Closes the window that is open, and opens the next one. After the last window, none is open.
    void turn();
    [[nodiscard]] bool is_open() const noexcept { return board_->open.load(std::memory_order_acquire); }
    // A gate turns at this moment: nobody makes progress until the gatekeeper has decided.
    [[nodiscard]] bool is_turning() const noexcept { return board_->turning.load(std::memory_order_relaxed); }
    // When the window opened that is open now.
    [[nodiscard]] sys::TimePoint opened() const noexcept;
    // Draws a unit and returns its number in the window, from `participants` on: the numbers below are the first units,
    // which nobody draws. Nullopt if none is left.
    [[nodiscard]] std::optional<std::uint64_t> draw() noexcept;
    // The same for a participant of a shard, after divide(). `batch_most`: the units of a batch; with 1 the numbers
    // ascend over all shards.
    [[nodiscard]] std::optional<std::uint64_t> draw(std::size_t shard, std::uint64_t batch_most) noexcept;
    // Nobody can draw a unit of this window any more; the last ones may be under way. Attendants arrive then.
    [[nodiscard]] bool is_used_up() const noexcept {
        return participants_ + board_->drawn.load(std::memory_order_relaxed) >=
               board_->units.load(std::memory_order_relaxed);
    }
    // All participants and attendants wait at the next gate, so somebody must turn it. (The silent ones wait at gate 0,
    // and are taken to be there from then on.)
    [[nodiscard]] bool all_arrived() const noexcept {
        return board_->arrived.load(std::memory_order_acquire) == counts_.size() + attendants_;
    }
    // How many gates have turned.
    [[nodiscard]] std::size_t turned() const noexcept { return board_->turned.load(std::memory_order_acquire); }
    // The last window has closed.
    [[nodiscard]] bool has_ended() const noexcept { return board_->ended.load(std::memory_order_acquire); }
    [[nodiscard]] bool has_failed() const noexcept { return board_->failed.load(); }
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
    // The windows that were recorded.
    [[nodiscard]] std::size_t recorded() const noexcept { return board_->recorded.load(std::memory_order_relaxed); }
    // Both only after a valid run, and of the recorded windows alone.
    [[nodiscard]] const Window& operator[](std::size_t window) const noexcept { return windows_[window]; }
    [[nodiscard]] Work work() const noexcept;
    // All units of the run that `participant` did, with the first round.
    [[nodiscard]] std::uint64_t units_of(std::size_t participant) const noexcept;

private:
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not work between processes");
    static constexpr std::size_t cache_line_bytes = 64;

    struct Board {
        std::atomic<std::size_t> arrived;
        std::atomic<std::size_t> turned;    // gates
        std::atomic<std::size_t> recorded;  // windows
        std::atomic<std::uint64_t> units;   // the quota of the window that is open
        std::atomic<std::int64_t> last_done_ns;
        std::atomic<std::int64_t> opened_ns;
        std::atomic<bool> open;
        std::atomic<bool> records;  // the window that is open
        std::atomic<bool> turning;
        std::atomic<bool> ended;  // after the last window
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

    // Units that a shard has drawn together, and not yet one by one. Only its process writes it.
    struct alignas(cache_line_bytes) Batch {
        std::uint64_t next;
        std::uint64_t end;
    };

    [[nodiscard]] Work cut() noexcept;
    [[nodiscard]] bool refill(Batch& batch, std::uint64_t batch_most) noexcept;
    [[nodiscard]] Gate close();
    [[nodiscard]] std::optional<NextWindow> next(const Gate& gate);

    std::uint64_t units_;
    std::size_t participants_;
    std::size_t attendants_;
    sys::Shared<Board> board_;
    sys::SharedArray<Count> counts_;  // by participant; those of the silent ones follow
    sys::SharedArray<Window> windows_{1};
    sys::SharedArray<Batch> batches_{1};  // by shard
    Gatekeeper* gatekeeper_ = nullptr;
    std::size_t unrecorded_ = 0;
};

}  // namespace workloads
