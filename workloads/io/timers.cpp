// I/O: tasks that only sleep, several times each (naps). The naps of every third task are 1.5 times as long. So three
// tasks with three naps of 20 ms sleep 60, 60 and 90 ms: a model that overlaps them takes 90 ms, and serial takes 210.
#include <cerrno>
#include <chrono>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

class TimersTask final : public tasks::SteppedTask<TimersTask> {
public:
    TimersTask(std::size_t index, std::int64_t naps, std::chrono::microseconds nap, Histogram& lateness)
        : SteppedTask{&TimersTask::started}, index_{index}, naps_left_{naps}, nap_{nap}, lateness_{lateness} {}

private:
    tasks::Operation started(tasks::Result) {
        // The ends of all naps are fixed from here on: after a late wake-up, the next nap is shorter.
        until_ = sys::now();
        return nap_again();
    }
    tasks::Operation slept(tasks::Result result) {
        if (result.failed()) return give_up(result);
        const auto late = sys::now() - until_;
        if (late.count() < 0) return give_up({-ETIME});
        lateness_.record(sys::Nanoseconds{late}.count());
        digest_ = tasks::mix(digest_, index_);
        return --naps_left_ > 0 ? nap_again() : tasks::Finish{digest_};
    }
    tasks::Operation nap_again() {
        until_ += nap_;
        return then(&TimersTask::slept, tasks::Sleep{until_});
    }

    std::size_t index_;
    std::int64_t naps_left_;
    std::chrono::microseconds nap_;
    Histogram& lateness_;
    sys::TimePoint until_;
    std::uint64_t digest_ = 0;
};

class Timers final : public Workload {
public:
    explicit Timers(const tasks::Arguments& arguments)
        : tasks_{arguments.count("tasks")}, naps_{arguments.at("naps")}, nap_{arguments.at("nap_us")} {}

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        const bool longer = index % 3 == 2;
        return std::make_unique<TimersTask>(index, naps_, longer ? nap_ * 3 / 2 : nap_, lateness_.shard(0));
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_, .sleeps = true}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) {
            std::uint64_t digest = 0;
            for (std::int64_t nap = 0; nap < naps_; ++nap) digest = tasks::mix(digest, index);
            return digest;
        });
    }
    Work work() const override {
        return {.units = tasks_ * static_cast<std::uint64_t>(naps_), .bytes = 0, .fairness = {}};
    }
    ShardedHistogram* latency() const override { return &lateness_; }
    std::string_view latency_meaning() const override { return "lateness of waking"; }

private:
    std::size_t tasks_;
    std::int64_t naps_;
    std::chrono::microseconds nap_;
    mutable ShardedHistogram lateness_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"tasks", 3, 1, 1'000'000, "tasks that sleep"},
    {"naps", 3, 1, 1'000'000, "naps of each task, one after another"},
    {"nap_us", 20'000, 1, 10'000'000, "length of a nap in microseconds; 1.5 times as long in every third task"},
};
constexpr Point points[] = {
    {"tasks:3/naps:3/nap_us:20000", 1},
    {"tasks:100/naps:3/nap_us:1000", 3},
    {"tasks:1000/naps:3/nap_us:1000", 1},
};

}  // namespace

extern constinit const Entry timers_entry{
    .name = "timers",
    .group = Group::io,
    .unit = "nap",
    .summary = "tasks that only sleep, several times each",
    .parameters = parameters,
    .points = points,
    .smoke = "tasks:4/naps:2/nap_us:500",
    .make = make_workload<Timers>,
};

}  // namespace workloads
