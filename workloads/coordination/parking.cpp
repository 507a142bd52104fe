// I/O: a car park with a few places, and more cars than places. A car waits for a place, stays for a while, and leaves,
// again and again. So most tasks wait in the queue of one semaphore, and a few sleep: like the requests of a server
// that shares a small pool of database connections. The best rate is places / stay; it decides how much of that a model
// reaches, as each change of cars costs a timer and a hand-over. Source: the counting semaphore (E. W. Dijkstra,
// Cooperating Sequential Processes, EWD 123, 1965).
#include <atomic>
#include <chrono>
#include <string>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/coordination/gated_task.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

constexpr int place = 0;

// Shared by the cars of all processes.
struct CarPark {
    std::atomic<std::uint64_t> inside;
    std::atomic<std::uint64_t> most_inside;  // in the run

    void enter() noexcept {
        const std::uint64_t now = inside.fetch_add(1, std::memory_order_relaxed) + 1;
        std::uint64_t most = most_inside.load(std::memory_order_relaxed);
        while (now > most && !most_inside.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
        }
    }
    void leave() noexcept { inside.fetch_sub(1, std::memory_order_relaxed); }
};

class CarTask final : public GatedTask<CarTask> {
public:
    CarTask(std::size_t index, std::chrono::microseconds stay, Windows& windows, CarPark& park)
        : GatedTask{&CarTask::started, windows}, index_{index}, stay_{stay}, park_{park} {}

private:
    tasks::Operation started(tasks::Result) { return wait_for_place(); }
    tasks::Operation entered(tasks::Result result) {
        if (result.failed()) return fail(result);
        park_.enter();
        return then(&CarTask::stayed, tasks::Sleep{sys::now() + stay_});
    }
    tasks::Operation stayed(tasks::Result result) {
        // Before the place is free for the next car.
        park_.leave();
        if (result.failed()) return fail(result);
        ++stays_;
        windows().done(index_, 0);
        return then(&CarTask::left, tasks::Release{place});
    }
    tasks::Operation left(tasks::Result result) {
        if (result.failed()) return fail(result);
        return windows().is_open() && windows().draw() ? wait_for_place() : rest(&CarTask::gate_turned);
    }
    tasks::Operation gate_turned(tasks::Result result) {
        if (result.failed()) return fail(result);
        return windows().is_open() ? wait_for_place() : tasks::Finish{tasks::mix(index_, stays_)};
    }

    tasks::Operation wait_for_place() { return then(&CarTask::entered, tasks::Acquire{place}); }

    std::size_t index_;
    std::chrono::microseconds stay_;
    CarPark& park_;
    std::uint64_t stays_ = 0;
};

class Parking final : public Workload {
public:
    explicit Parking(const tasks::Arguments& arguments)
        : cars_{arguments.count("cars")},
          places_{static_cast<std::uint32_t>(arguments.count("places"))},
          stay_{arguments.at("stay_us")},
          windows_{cars_, arguments.count("stays")} {}

    std::size_t size() const override { return cars_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<CarTask>(index, stay_, windows_, *park_);
    }
    tasks::Demand demand() const override {
        return {.tasks_at_once = cars_,
                .together = cars_,
                .events = 1,
                .sleeps = true,
                .semaphores = {{.permits = places_, .most = places_, .waiters = static_cast<std::uint32_t>(cars_)}}};
    }
    void begin() override {
        windows_.begin();
        park_->inside.store(0, std::memory_order_relaxed);
        park_->most_inside.store(0, std::memory_order_relaxed);
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (const std::uint64_t most = park_->most_inside.load(std::memory_order_relaxed); most > places_) {
            return Verdict::invalid(std::to_string(most) + " cars were inside at the same time; the car park has " +
                                    std::to_string(places_) + " places");
        }
        if (Verdict digests = verify_digests(
                ledger, [this](std::size_t index) { return tasks::mix(index, windows_.units_of(index)); });
            !digests) {
            return digests;
        }
        return windows_.verify("cars");
    }
    Work work() const override { return windows_.work(); }
    Windows* windows() const override { return &windows_; }

private:
    std::size_t cars_;
    std::uint32_t places_;
    std::chrono::microseconds stay_;
    sys::Shared<CarPark> park_;
    mutable Windows windows_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"cars", 25, 1, 10'000'000, "cars, each a task"},
    {"places", 5, 1, 1'000'000, "places of the car park"},
    {"stay_us", 100, 1, 10'000'000, "how long a car stays, in microseconds"},
    {"stays", 1'000, 1, 1'000'000'000, "stays of all cars in a window, at least one for each car"},
};
constexpr Point points[] = {{"cars:25", 1}, {"cars:10000/stays:10000", 1}};

}  // namespace

extern constinit const Entry parking_entry{
    .name = "parking",
    .group = Group::io,
    .unit = "stay",
    .summary = "cars that share the few places of a car park, and stay for a while",
    .parameters = parameters,
    .points = points,
    .smoke = "cars:4/places:2/stay_us:10/stays:12",
    .make = make_workload<Parking>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "stays", "cars"); },
    .kept_open = [](const tasks::Arguments& arguments) { return arguments.count("cars"); },
    .kept_open_are = "tasks",
    // Those that sleep in the car park.
    .kept_in_calls = [](const tasks::Arguments& arguments) { return arguments.count("places"); },
};

}  // namespace workloads
