// I/O: all tasks are passengers of a bus, which leaves when the last of them has come. Then all are aboard, and come
// again for the next trip. So one event wakes all tasks again and again: the measured time is that of waking many tasks
// at once, until the last is awake. It decides whether a model suits phases that all tasks end together. Sources: the
// barrier of parallel programs (pthread_barrier_wait), and the Senate bus problem (A. Downey, The Little Book of
// Semaphores).
#include <atomic>
#include <cerrno>
#include <limits>
#include <string>
#include <utility>

#include "sys/shared_memory.h"
#include "workloads/coordination/gated_task.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr int bus_left = gate_event + 1;
constexpr std::uint32_t no_trip = std::numeric_limits<std::uint32_t>::max();

// Shared by the passengers of all processes.
struct BusBoard {
    std::atomic<std::uint32_t> trips;  // on which the bus has left
    std::atomic<std::uint64_t> come;   // the passengers that have come for the next trip
    // The trip for which a passenger came that found no unit left: the last one of the window.
    std::atomic<std::uint32_t> last_trip;
    std::atomic<std::uint64_t> early;  // passengers that were aboard before the bus left
};

// All passengers come for every trip, and the bus leaves when the last has come. A passenger that finds no unit left in
// the window comes too, because the others wait for it; but it does not go along, and rests. Those that go along on
// that trip see that it was the last one, and rest after it. So nobody has come for the next trip when a window opens.
class PassengerTask final : public GatedTask<PassengerTask> {
public:
    PassengerTask(std::size_t index, std::size_t passengers, Windows& windows, BusBoard& board)
        : GatedTask{&PassengerTask::started, windows}, index_{index}, passengers_{passengers}, board_{board} {}

private:
    tasks::Operation started(tasks::Result) { return come(true); }
    tasks::Operation left(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (board_.trips.load(std::memory_order_acquire) != trip_ + 1) {
            board_.early.fetch_add(1, std::memory_order_relaxed);
            return fail({-EPROTO});
        }
        if (goes_along_) {
            ++units_;
            windows().done(index_, 0);
        }
        // All passengers of this trip read the same: the value was written before the last of them came.
        if (board_.last_trip.load(std::memory_order_relaxed) == trip_) return rest(&PassengerTask::gate_turned);
        return come(windows().is_open() && windows().draw());
    }
    tasks::Operation gate_turned(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (windows().is_open()) return come(true);
        return tasks::Finish{tasks::mix(tasks::mix(index_, units_), times_come_)};
    }

    tasks::Operation come(bool goes_along) {
        goes_along_ = goes_along;
        ++times_come_;
        // Before it comes: afterwards the bus may leave at any moment.
        trip_ = board_.trips.load(std::memory_order_acquire);
        if (!goes_along_) board_.last_trip.store(trip_, std::memory_order_relaxed);
        if (board_.come.fetch_add(1, std::memory_order_acq_rel) + 1 == passengers_) {
            // Nobody comes for the next trip until the event is announced, or until this passenger rests too.
            board_.come.store(0, std::memory_order_relaxed);
            board_.trips.store(trip_ + 1, std::memory_order_release);
            return then(&PassengerTask::left, tasks::Announce{bus_left});
        }
        if (!goes_along_) return rest(&PassengerTask::gate_turned);
        return then(&PassengerTask::left, tasks::Await{bus_left, trip_ + 1});
    }

    std::size_t index_;
    std::size_t passengers_;
    BusBoard& board_;
    std::uint64_t units_ = 0;
    std::uint64_t times_come_ = 0;
    std::uint32_t trip_ = 0;  // the number, from 0, of the trip for which it has come
    bool goes_along_ = false;
};

class Bus final : public Workload {
public:
    explicit Bus(const tasks::Arguments& arguments)
        : tasks_{arguments.count("tasks")}, windows_{tasks_, arguments.count("passengers")} {}

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<PassengerTask>(index, tasks_, windows_, *board_);
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_, .together = tasks_, .events = 2}; }
    void begin() override {
        windows_.begin();
        board_->trips.store(0, std::memory_order_relaxed);
        board_->come.store(0, std::memory_order_relaxed);
        board_->last_trip.store(no_trip, std::memory_order_relaxed);
        board_->early.store(0, std::memory_order_relaxed);
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (const std::uint64_t early = board_->early.load(std::memory_order_relaxed); early > 0) {
            return Verdict::invalid(std::to_string(early) + " passengers were aboard before the last one had come");
        }
        // Every passenger came for every trip.
        const std::uint64_t trips = board_->trips.load(std::memory_order_relaxed);
        if (Verdict digests = verify_digests(ledger,
                                             [this, trips](std::size_t index) {
                                                 return tasks::mix(tasks::mix(index, windows_.units_of(index)), trips);
                                             });
            !digests) {
            return digests;
        }
        return windows_.verify("tasks");
    }
    Work work() const override { return windows_.work(); }
    Windows* windows() const override { return &windows_; }

private:
    std::size_t tasks_;
    sys::Shared<BusBoard> board_;
    mutable Windows windows_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"tasks", 1'000, 2, 10'000'000, "passengers that wait for the bus together"},
    {"passengers", 10'000, 1, 1'000'000'000, "passengers of all trips in a window, at least one for each task"},
};
constexpr Point points[] = {{"tasks:10", 1}, {"tasks:1000", 1}};

}  // namespace

extern constinit const Entry bus_entry{
    .name = "bus",
    .group = Group::io,
    .unit = "passenger",
    .summary = "tasks that wait, again and again, until the last of them has come",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:3/passengers:10",
    .make = make_workload<Bus>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "passengers", "tasks"); },
    .kept_open = [](const tasks::Arguments& arguments) { return arguments.count("tasks"); },
    .kept_open_are = "tasks",
    .kept_in_calls = [](const tasks::Arguments&) -> std::size_t { return 0; },
};

}  // namespace workloads
