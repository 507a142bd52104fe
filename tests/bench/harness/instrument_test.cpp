// Tests of the measurement itself, with servers and models whose behaviour is known.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "bench/harness/harness.h"
#include "models/table.h"
#include "odd_echo.h"
#include "simple_workload.h"
#include "sys/clock.h"

namespace bench {
namespace {

using std::chrono::milliseconds;

// Passes everything on to another task. Derived classes change the behaviour.
class ServedTask : public tasks::Task {
public:
    explicit ServedTask(std::unique_ptr<tasks::Task> served) : served_{std::move(served)} {}
    tasks::Operation resume(tasks::Result result) override { return served_->resume(result); }

private:
    std::unique_ptr<tasks::Task> served_;
};

constexpr milliseconds stall{100};

// One answer in the middle takes 100 ms. The server has one thread, so all other clients wait.
class StallingTask final : public ServedTask {
public:
    using ServedTask::ServedTask;
    tasks::Operation resume(tasks::Result result) override {
        static int answers = 0;
        tasks::Operation next = ServedTask::resume(result);
        if (std::holds_alternative<tasks::Send>(next) && ++answers == 300) sys::sleep_until(sys::now() + stall);
        return next;
    }
};
struct StallsOnce {
    // A thousand requests in 200 ms.
    static std::unique_ptr<workloads::Workload> make_echo() {
        return workloads::find("open_echo")
            .make(tasks::Arguments{{"connections", 4}, {"payload", 64}, {"rate", 5000}, {"requests", 250}}, 1);
    }
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) {
        return std::make_unique<StallingTask>(std::move(served));
    }
};
constexpr workloads::Entry stalling = make_entry<OddEcho<StallsOnce>>("stalling");

TEST(Instrument, ShowsAStallInTheCorrectedLatencyAlone) {
    Harness harness{case_of(stalling, models::find(models::default_model)), Placement::split};
    harness.prepare();
    harness.before_run();
    harness.run();
    ASSERT_EQ(harness.after_run().reason, "");
    const workloads::Histogram& corrected = *harness.workload().latency();
    const workloads::Histogram& uncorrected = *harness.workload().latency_uncorrected();
    ASSERT_EQ(corrected.count(), 1000U);
    ASSERT_EQ(uncorrected.count(), 1000U);
    constexpr std::uint64_t stall_ns = 100'000'000;
    // Half of all requests were due during the stall. But each of the four connections had sent only one of them.
    EXPECT_GE(corrected.quantile_ns(0.99), stall_ns * 9 / 10);
    EXPECT_LE(uncorrected.quantile_ns(0.99), corrected.quantile_ns(0.99) / 2);
    EXPECT_GE(uncorrected.max_ns(), stall_ns) << "these four";
}

// Receives all requests and never answers. Does not close the connection.
class StarvingTask final : public ServedTask {
public:
    using ServedTask::ServedTask;
    tasks::Operation resume(tasks::Result result) override {
        if (result.failed() || (receiving_ && result.value == 0)) return tasks::Finish{0};
        tasks::Operation next = ServedTask::resume(result);
        while (std::holds_alternative<tasks::Send>(next)) {
            next = ServedTask::resume({static_cast<std::int64_t>(std::get<tasks::Send>(next).bytes.size())});
        }
        receiving_ = std::holds_alternative<tasks::Receive>(next);
        return next;
    }

private:
    bool receiving_ = false;
};
struct StarvesTwo : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int connection) {
        if (connection > 2) return served;
        return std::make_unique<StarvingTask>(std::move(served));
    }
};
constexpr workloads::Entry starving = make_entry<OddEcho<StarvesTwo>>("starving");

// The peer ends the run when its patience is over; there is no time limit from outside.
TEST(Instrument, FindsAServerInvalidThatStarvesItsClients) {
    for (const models::Entry* const model : models_without_bound()) {
        EXPECT_EQ(verdict_on(case_of(starving, *model), milliseconds{200}),
                  "2 of 5 connections did not get their 3 answers; the least got 0")
            << model->name;
    }
}

// A model that runs all tasks of a job but the last.
class Dropping final : public models::Model {
public:
    Dropping(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger} {}
    void run() override {
        for (std::size_t index = 0; index + 1 < job_.size(); ++index) {
            const auto task = job_.make(index);
            tasks::Operation next = task->resume({});
            while (!std::holds_alternative<tasks::Finish>(next)) {
                if (std::holds_alternative<tasks::Compute>(next)) task->compute();
                next = task->resume({});
            }
            ledger_.finish(tasks::root(index), std::get<tasks::Finish>(next));
        }
    }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
};
const models::Entry dropping{
    .name = "dropping",
    .family = models::Family::serial,
    .carrier = "caller",
    .wait_mechanism = "none",
    .summary = "forgets one task",
    .parameters = {},
    .support = [](const tasks::Demand&, const tasks::Arguments&) { return models::Support::yes(); },
    .make = models::make_model<Dropping>};

TEST(Instrument, FindsAModelInvalidThatDropsATask) {
    for (const std::string_view name : {"noop", "primes", "mandelbrot", "switching"}) {
        const workloads::Entry& workload = workloads::find(name);
        const Case what{
            &workload, &dropping, tasks::complete(workload.parameters, tasks::parse_arguments(workload.smoke)), {}};
        const std::string reason = verdict_on(what, milliseconds{200});
        EXPECT_TRUE(reason.ends_with(" finished 0 times")) << name << ": " << reason;
    }
}

// Checks the count against the system calls that ping_pong has to make.
TEST(Instrument, CountsTheSystemCallsOfOneRun) {
    const Case what = parse_case("ping_pong/thread_per_task/pairs:2/round_trips:500");
    Harness harness{what, Placement::split};
    harness.prepare();
    harness.before_run();
    harness.run();
    ASSERT_EQ(harness.after_run().reason, "");
    const Counts counts = harness.count();
    EXPECT_EQ(counts.units, 1000U);
    if (!counts.system_calls) GTEST_SKIP() << counts.reason;
    EXPECT_EQ(counts.reason, "");
    // Two sends and two receives for each of 1000 round trips, and a few to start and end four threads.
    EXPECT_GE(*counts.system_calls, 4000);
    EXPECT_LE(*counts.system_calls, 4400);
}

}  // namespace
}  // namespace bench
