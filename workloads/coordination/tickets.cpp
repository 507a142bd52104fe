// CPU: buyers take tickets, and each ticket is checked and taken under a lock: one lock for all, or one for each row of
// seats. It decides what a lock costs. A model with one loop never waits for a lock that is held while a task computes,
// because no other task runs meanwhile; threads wait, unless each row has a lock of its own, which lets them use their
// CPUs. If the task sleeps under the lock, all models wait. Source: lock striping, as in Java's ConcurrentHashMap
// (B. Goetz and others, Java Concurrency in Practice, 2006, section 11.4.3).
#include <algorithm>
#include <chrono>
#include <span>
#include <string>

#include "sys/clock.h"
#include "sys/shared_memory.h"
#include "workloads/coordination/gated_task.h"
#include "workloads/integer_work.h"
#include "workloads/workload.h"

namespace workloads {
namespace {

// The rows lie on cache lines of their own, so that buyers in different rows do not disturb each other.
struct alignas(64) Row {
    // Not atomic: the lock of the row protects it. If a model lets two buyers in, they lose a ticket.
    std::uint64_t sold;
};

struct TicketsArguments {
    explicit TicketsArguments(const tasks::Arguments& arguments)
        : buyers{arguments.count("buyers")},
          rows{arguments.count("rows")},
          hold_us{arguments.at("hold_us")},
          wait{arguments.at("wait_us")} {}
    std::size_t buyers;
    std::size_t rows;
    std::int64_t hold_us;
    std::chrono::microseconds wait;
};

class BuyerTask final : public GatedTask<BuyerTask> {
public:
    BuyerTask(std::size_t index, const TicketsArguments& arguments, Windows& windows, std::span<Row> rows)
        : GatedTask{&BuyerTask::started, windows}, index_{index}, arguments_{arguments}, rows_{rows} {}

private:
    tasks::Operation started(tasks::Result) { return buy(); }
    tasks::Operation locked(tasks::Result result) {
        if (result.failed()) return fail(result);
        sold_before_ = rows_[row_].sold;
        return arguments_.hold_us > 0 ? then(&BuyerTask::computed, tasks::Compute{}) : computed({});
    }
    tasks::Operation computed(tasks::Result) {
        if (arguments_.wait.count() == 0) return waited({});
        return then(&BuyerTask::waited, tasks::Sleep{sys::now() + arguments_.wait});
    }
    tasks::Operation waited(tasks::Result result) {
        if (result.failed()) return fail(result);
        rows_[row_].sold = sold_before_ + 1;
        ++tickets_;
        windows().done(index_, 0);
        return then(&BuyerTask::unlocked, tasks::Release{static_cast<int>(row_)});
    }
    tasks::Operation unlocked(tasks::Result result) {
        if (result.failed()) return fail(result);
        return windows().is_open() && windows().draw() ? buy() : rest(&BuyerTask::gate_turned);
    }
    tasks::Operation gate_turned(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (windows().is_open()) return buy();
        return tasks::Finish{tasks::mix(tasks::mix(index_, tickets_), primes_)};
    }

    void work() override { primes_ += integer_work(arguments_.hold_us); }

    tasks::Operation buy() {
        row_ = (index_ + tickets_) % rows_.size();
        return then(&BuyerTask::locked, tasks::Acquire{static_cast<int>(row_)});
    }

    std::size_t index_;
    const TicketsArguments& arguments_;
    std::span<Row> rows_;
    std::size_t row_ = 0;
    std::uint64_t sold_before_ = 0;
    std::uint64_t tickets_ = 0;
    std::uint64_t primes_ = 0;
};

class Tickets final : public Workload {
public:
    explicit Tickets(const tasks::Arguments& arguments)
        : arguments_{arguments},
          primes_per_ticket_{integer_work(arguments_.hold_us)},
          rows_{arguments_.rows},
          windows_{arguments_.buyers, arguments.count("tickets")} {}

    std::size_t size() const override { return arguments_.buyers; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<BuyerTask>(index, arguments_, windows_, rows_.span());
    }
    tasks::Demand demand() const override {
        tasks::Demand demand{.tasks_at_once = size(), .together = size(), .events = 1};
        demand.sleeps = arguments_.wait.count() > 0;
        demand.semaphores.assign(arguments_.rows,
                                 {.permits = 1, .most = 1, .waiters = static_cast<std::uint32_t>(arguments_.buyers)});
        return demand;
    }
    void begin() override {
        windows_.begin();
        for (Row& row : rows_) row.sold = 0;
    }
    Verdict verify(const tasks::Ledger& ledger) const override {
        if (Verdict digests = verify_digests(ledger, [this](std::size_t index) { return expected_digest(index); });
            !digests) {
            return digests;
        }
        std::uint64_t sold = 0;
        for (const Row& row : rows_) sold += row.sold;
        if (const std::uint64_t taken = windows_.progress(); sold != taken) {
            return Verdict::invalid("the buyers took " + std::to_string(taken) + " tickets, but only " +
                                    std::to_string(sold) + " were counted: two buyers held a lock at the same time");
        }
        return windows_.verify("buyers");
    }
    Work work() const override { return windows_.work(); }
    Windows* windows() const override { return &windows_; }

private:
    [[nodiscard]] std::uint64_t expected_digest(std::size_t index) const {
        const std::uint64_t tickets = windows_.units_of(index);
        return tasks::mix(tasks::mix(index, tickets), tickets * primes_per_ticket_);
    }

    TicketsArguments arguments_;
    std::uint64_t primes_per_ticket_;
    sys::SharedArray<Row> rows_;
    mutable Windows windows_;  // in shared memory; tasks write it
};

constexpr tasks::Parameter parameters[] = {
    {"buyers", 8, 1, 1'000'000, "buyers, each a task"},
    {"rows", 1, 1, 100'000, "rows of seats, each with a lock of its own"},
    {"hold_us", 1, 0, 1'000'000, "work under the lock, in units of about a microsecond"},
    {"wait_us", 0, 0, 10'000'000, "sleep under the lock, in microseconds"},
    {"tickets", 4'000, 1, 1'000'000'000, "tickets of all buyers in a window, at least one for each buyer"},
};
constexpr Point points[] = {
    {"rows:1/hold_us:20", 1},
    {"rows:64/hold_us:20", 1},
    {"hold_us:0/tickets:40000", 1},
    {"wait_us:100/tickets:1000", 1},
};

}  // namespace

extern constinit const Entry tickets_entry{
    .name = "tickets",
    .group = Group::cpu,
    .unit = "ticket",
    .summary = "buyers that check and take tickets under one lock, or under one lock for each row",
    .parameters = parameters,
    .points = points,
    .smoke = "buyers:4/rows:2/hold_us:1/wait_us:10/tickets:12",
    .make = make_workload<Tickets>,
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "tickets", "buyers"); },
    .kept_open = [](const tasks::Arguments& arguments) { return arguments.count("buyers"); },
    .kept_open_are = "tasks",
    // Those that sleep under a lock.
    .kept_in_calls = [](const tasks::Arguments& arguments) -> std::size_t {
        if (arguments.at("wait_us") == 0) return 0;
        return std::min(arguments.count("rows"), arguments.count("buyers"));
    },
};

}  // namespace workloads
