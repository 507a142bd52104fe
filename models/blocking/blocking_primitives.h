#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "models/deadlock.h"
#include "sys/futex.h"
#include "sys/shared_memory.h"
#include "tasks/job.h"
#include "tasks/operation.h"

namespace models {

// The events, semaphores and channels of a job, for carriers that block: a thread or a process sleeps in a futex until
// its task may go on. All of it lies in shared memory, so that threads and processes use the same; they differ in the
// kind of futex alone.
//
// A queue is a counter of tickets. Who asks draws the next ticket and waits in the place of that ticket; who gives
// serves the next ticket in turn. So everybody goes on in the order in which he came, no lock is held, and a thread
// wakes the very one whose turn it is. A channel has two such queues: a push waits for the pop that empties its slot,
// and a pop for the push that fills it (the turns of D. Vyukov's bounded queue, www.1024cores.net, 2010). There are
// fewer places than tickets, so a place is used in turns: while a thread has drawn a ticket and is off its CPU, others
// may draw and serve any number of tickets, and must not take its place.
//
// Deadlock: the tasks that could go on are counted. A task that is about to sleep here takes itself off, and who wakes
// it counts it again before. So the count falls to zero only when all tasks wait for one another; the last of them then
// ends every wait with -EDEADLK.
class BlockingPrimitives {
public:
    static constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

    // `carriers`: how many tasks the model runs at once. Throws std::system_error.
    BlockingPrimitives(const tasks::Demand& demand, sys::Sharing sharing, std::size_t carriers);

    // Before each run, while no task is alive. `roots`: the root tasks.
    void begin_run(std::size_t roots) noexcept;
    // A task is about to spawn another; it cannot be started after all; a task has finished.
    void task_begins() noexcept;
    void task_ends() noexcept;
    // A task is about to wait for its children; before the end of the last child: it will go on.
    void parent_waits() noexcept {
        if (shares_) one_sleeps();
    }
    void parent_goes_on() noexcept {
        if (shares_) one_is_able();
    }

    // Each performs an operation; nullopt: the run was interrupted.
    using Outcome = std::optional<tasks::Result>;
    Outcome perform(const tasks::Await& await) noexcept;
    Outcome perform(const tasks::Announce& announce) noexcept;
    Outcome perform(const tasks::Acquire& acquire) noexcept;
    Outcome perform(const tasks::Release& release) noexcept;
    Outcome perform(const tasks::Push& push) noexcept;
    Outcome perform(const tasks::Pop& pop) noexcept;
    Outcome perform(const tasks::Close& close) noexcept;

    // The run was abandoned: every wait ends, now and later.
    void interrupt() noexcept { end_waits(End::interrupted); }
    // After a run: who waited when the run deadlocked; nullopt if it did not.
    [[nodiscard]] std::optional<WaitingTasks> deadlocked() const noexcept;

private:
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not work between processes");
    static constexpr std::size_t cache_line_bytes = 64;

    enum class End : std::uint32_t { none, deadlock, interrupted };
    // How a wait in a place ended.
    enum class Served { with_it, closed, over };

    // One carrier waits in it, and one serves it, in each turn.
    struct Place {
        std::atomic<std::uint32_t> state;
    };
    // The state of a place: in the lowest bits what has happened in this turn, above them the number of the turn.
    static constexpr std::uint32_t untouched = 0;
    static constexpr std::uint32_t awaited = 1;  // a carrier sleeps there, or is about to
    static constexpr std::uint32_t served = 2;
    static constexpr std::uint32_t closed = 3;  // nobody will serve it, because the channel is closed
    static constexpr std::uint32_t in_turn = 3;
    static constexpr std::uint32_t one_turn = 4;
    // In all turns from now on.
    static constexpr std::uint32_t for_good = std::uint32_t{1} << 31;
    static constexpr std::uint32_t shut = for_good | closed;
    static constexpr std::uint32_t over = for_good;  // the run is
    // A place in the turn of one ticket.
    struct Turn {
        Place& place;
        std::uint32_t number;  // as it stands in the state
    };
    // A number of places, which tickets use in turn.
    struct Places {
        std::size_t first;
        std::size_t count;
    };
    struct alignas(cache_line_bytes) Ticket {
        std::atomic<std::uint64_t> next;
    };
    // The shapes lie in each process; only what changes is shared.
    struct Semaphore {
        std::uint32_t permits;
        Places places;
        std::size_t asked;  // this and the next: a ticket
        std::size_t given;
    };
    struct Channel {
        std::size_t tasks;  // at once
        std::uint32_t slots;
        std::uint32_t slot_bytes;
        std::size_t first_byte;
        Places emptied;
        Places filled;
        std::size_t pushes;  // this and the next: a ticket
        std::size_t pops;
    };
    // Of a counter with two halves.
    static constexpr std::uint64_t lower_half = (std::uint64_t{1} << 32) - 1;
    static constexpr std::uint64_t one_of_upper_half = std::uint64_t{1} << 32;
    // In a channel's counter of pushes.
    static constexpr std::uint64_t is_closed = std::uint64_t{1} << 63;
    struct Event {
        std::atomic<std::uint64_t> times_and_waiters;  // how often it was announced, in the lower half
        std::atomic<std::uint32_t> changes;            // the futex
    };
    struct Board {
        alignas(cache_line_bytes) std::atomic<std::uint64_t> alive_and_able;  // alive in the upper half
        alignas(cache_line_bytes) std::atomic<End> end;
        WaitingTasks at_deadlock;
    };

    [[nodiscard]] Turn turn(const Places& places, std::uint64_t ticket) noexcept;
    [[nodiscard]] std::atomic<std::uint64_t>& ticket(std::size_t number) noexcept { return tickets_[number].next; }
    [[nodiscard]] std::span<std::byte> slot(const Channel& channel, std::uint64_t ticket) noexcept;
    [[nodiscard]] Served wait(const Turn& turn, const std::atomic<std::uint64_t>* pushes = nullptr) noexcept;
    void sleep(const Turn& turn, const std::atomic<std::uint64_t>* pushes) noexcept;
    void serve(const Turn& turn, std::uint32_t as) noexcept;
    [[nodiscard]] bool has_ended() const noexcept { return board_[0].end.load() != End::none; }
    void one_is_able() noexcept;
    void one_sleeps() noexcept;
    [[nodiscard]] bool is_deadlock(std::uint64_t alive_and_able) const noexcept;
    void end_waits(End end) noexcept;
    void count_waiting() noexcept;
    [[nodiscard]] Outcome at_end() const noexcept;

    sys::Sharing sharing_;
    std::size_t carriers_;
    bool shares_;
    std::vector<Semaphore> semaphores_;
    std::vector<Channel> channels_;
    std::size_t channel_places_first_ = 0;  // places before are those of semaphores
    std::size_t place_count_ = 0;
    std::size_t ticket_count_ = 0;
    std::size_t byte_count_ = 0;
    sys::SharedArray<Event> events_;
    // Their sizes are sums over the shapes above.
    sys::SharedArray<Place> places_;
    sys::SharedArray<Ticket> tickets_;
    sys::SharedArray<std::byte> bytes_;
    sys::SharedArray<Board> board_;  // one, if the job shares anything
};

}  // namespace models
