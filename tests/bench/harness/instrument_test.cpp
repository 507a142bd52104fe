// Tests of the measurement itself, with servers and models whose behaviour is known.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "bench/harness/harness.h"
#include "cpus.h"
#include "models/table.h"
#include "odd_echo.h"
#include "simple_workload.h"
#include "sys/clock.h"
#include "sys/resource_usage.h"
#include "sys/sanitizer.h"
#include "workloads/integer_work.h"
#include "workloads/table.h"

namespace bench {
namespace {

using std::chrono::milliseconds;

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
            .make(tasks::Arguments{{"connections", 4}, {"payload", 64}, {"rate", 5000}, {"requests", 1000}}, {});
    }
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) {
        return std::make_unique<StallingTask>(std::move(served));
    }
};
constexpr workloads::Entry stalling = make_entry<OddEcho<StallsOnce>>("stalling");

TEST(Instrument, ShowsAStallInTheCorrectedLatencyAlone) {
    Harness harness{case_of(stalling, models::find(models::default_model)), cpu_plan()};
    harness.prepare();
    harness.before_run();
    harness.run();
    ASSERT_EQ(harness.after_run().reason, "");
    const auto corrected_times = harness.workload().latency()->merged();
    const workloads::Histogram& corrected = *corrected_times;
    const auto uncorrected_times = harness.workload().latency_uncorrected()->merged();
    const workloads::Histogram& uncorrected = *uncorrected_times;
    ASSERT_EQ(corrected.count(), 1000U);
    ASSERT_EQ(uncorrected.count(), 1000U);
    constexpr std::uint64_t stall_ns = 100'000'000;
    // Half of all requests were due during the stall. But each of the four connections had sent only one of them.
    EXPECT_GE(corrected.quantile_ns(0.99), stall_ns * 9 / 10);
    EXPECT_LE(uncorrected.quantile_ns(0.99), corrected.quantile_ns(0.99) / 2);
    EXPECT_GE(uncorrected.max_ns(), stall_ns) << "these four";
}

// Answers `answers` requests, and receives all others without an answer. Does not close the connection.
template <int answers>
class StarvingTask final : public ServedTask {
public:
    using ServedTask::ServedTask;
    tasks::Operation resume(tasks::Result result) override {
        if (result.failed() || (receiving_ && result.value == 0)) return tasks::Finish{0};
        tasks::Operation next = ServedTask::resume(result);
        while (std::holds_alternative<tasks::Send>(next) && ++answered_ > answers) {
            next = ServedTask::resume({static_cast<std::int64_t>(std::get<tasks::Send>(next).bytes.size())});
        }
        receiving_ = std::holds_alternative<tasks::Receive>(next);
        return next;
    }

private:
    bool receiving_ = false;
    int answered_ = 0;
};
template <int answers>
struct StarvesTwo : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int connection) {
        if (connection > 2) return served;
        return std::make_unique<StarvingTask<answers>>(std::move(served));
    }
};
constexpr workloads::Entry starving = make_entry<OddEcho<StarvesTwo<0>>>("starving");
// The first answer is that of the first round.
constexpr workloads::Entry starving_later = make_entry<OddEcho<StarvesTwo<1>>>("starving_later");

// The peer ends the run when its patience is over; there is no time limit from outside.
TEST(Instrument, FindsAServerInvalidThatStarvesItsClients) {
    for (const models::Entry* const model : models_without_bound()) {
        EXPECT_EQ(verdict_on(case_of(starving, *model), milliseconds{1000}),
                  "2 of 5 connections got no answer in the first round, before the window opens")
            << model->name;
    }
    EXPECT_EQ(verdict_on(case_of(starving_later), milliseconds{1000}), "2 of 5 connections got no answer in window 1");
}

// Burns CPU time, so that the load of the machine does not matter.
void burn(sys::Nanoseconds time) {
    const auto used = [] {
        timespec cpu{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
        return std::chrono::seconds{cpu.tv_sec} + sys::Nanoseconds{cpu.tv_nsec};
    };
    const sys::Nanoseconds end = used() + time;
    while (used() < end) {
    }
}
constexpr milliseconds slow{30};
// Its CPU time is the wall time, which depends on the load of the machine.
constexpr std::string_view spinning = "nonblocking";

// Needs 30 ms of CPU time for each connection before it serves it, and nothing unusual afterwards.
struct SlowToStart : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) {
        burn(slow);
        return served;
    }
};
constexpr workloads::Entry slow_to_start = make_entry<OddEcho<SlowToStart>>("slow_to_start");

// Needs 2 ms of CPU time for each answer but the first one of each connection.
constexpr milliseconds per_answer{2};
class SlowTask final : public ServedTask {
public:
    using ServedTask::ServedTask;
    tasks::Operation resume(tasks::Result result) override {
        tasks::Operation next = ServedTask::resume(result);
        if (std::holds_alternative<tasks::Send>(next) && ++answers_ > 1) burn(per_answer);
        return next;
    }

private:
    int answers_ = 0;
};
struct SlowToServe : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) {
        return std::make_unique<SlowTask>(std::move(served));
    }
};
constexpr workloads::Entry slow_to_serve = make_entry<OddEcho<SlowToServe>>("slow_to_serve");

// What a run of one window took.
struct Taken {
    sys::Nanoseconds run;
    sys::Nanoseconds window;
    sys::Nanoseconds window_cpu;
};
Taken taken_by(const Case& what) {
    Harness harness{what, cpu_plan()};
    harness.prepare();
    harness.before_run();
    const sys::TimePoint begin = sys::now();
    harness.run();
    const sys::Nanoseconds run = sys::now() - begin;
    EXPECT_EQ(harness.after_run().reason, "");
    const workloads::Window& window = (*harness.windows())[0];
    return {run, window.closed - window.opened, harness.meter().model_cpu(0)};
}

TEST(Instrument, FindsAServerQuickThatIsSlowToStartAndQuickToServe) {
    for (const models::Entry* const model : models_without_bound()) {
        const Taken taken = taken_by(case_of(slow_to_start, *model));
        // All of the start lies outside the window.
        EXPECT_GE(taken.run, taken.window + slow) << model->name;
        if (model->name == spinning) continue;
        EXPECT_LE(taken.window_cpu, slow) << model->name;
    }
}

TEST(Instrument, FindsAServerSlowThatIsQuickToStartAndSlowToServe) {
    for (const models::Entry* const model : models_without_bound()) {
        const Taken taken = taken_by(case_of(slow_to_serve, *model));
        EXPECT_GE(taken.window_cpu, 20 * per_answer) << model->name;
        // One connection is answered four times at least, one answer after another.
        EXPECT_GE(taken.window, 4 * per_answer) << model->name;
    }
}

// The CPU time of `windows` windows, by their gates; and that of the whole run, by the kernel's accounts.
struct CpuTimes {
    sys::Nanoseconds windows{0};
    sys::Nanoseconds run{0};
};
CpuTimes cpu_times(const Case& what, std::size_t windows) {
    CpuTimes times;
    Harness harness{what, cpu_plan(), windows};
    harness.prepare();
    harness.before_run();
    const sys::ResourceUsage before = harness.model_usage();
    harness.run();
    times.run = sys::Nanoseconds{(harness.model_usage() - before).cpu_ns()};
    EXPECT_EQ(harness.after_run().reason, "");
    for (std::size_t window = 0; window < windows; ++window) {
        times.windows += harness.meter().model_cpu(window);
    }
    return times;
}

// What the five windows compute at least.
sys::Nanoseconds cpu_time_of_work() {
    const std::int64_t before = sys::own_usage().cpu_ns();
    volatile std::uint64_t sum = 0;
    for (int request = 0; request < 5 * 200; ++request) sum = sum + workloads::integer_work(100);
    return sys::Nanoseconds{sys::own_usage().cpu_ns() - before};
}

class InstrumentOf : public testing::TestWithParam<const models::Entry*> {};

// Both figures are of the same run, because the speed of a machine may change from one run to the next. The limits are
// generous: starting and ending are part of the run, and of no window.
TEST_P(InstrumentOf, ReadsTheCpuTimeOfAWindowAsTheKernelCountsIt) {
    const models::Entry& model = *GetParam();
    const bool only_one = model.tasks_at_once != nullptr && model.parameters.empty();
    const tasks::Arguments arguments{
        {"connections", only_one ? 1 : 4}, {"payload", 64}, {"requests", 200}, {"work_us", 100}};
    const workloads::Entry& echo = workloads::find("echo");
    const Case what = make_case(echo, model, {arguments}, {}, two_cpus);
    const CpuTimes times = cpu_times(what, 5);
    EXPECT_LE(times.windows, times.run);
    EXPECT_GE(times.windows, cpu_time_of_work() / 4);
    if (model.name == spinning) return;
    EXPECT_GE(times.windows, times.run / 2);
}

// A server that holds so much for each connection.
constexpr std::int64_t hoard_bytes = 64 * 1024;
class HoardingTask final : public ServedTask {
public:
    using ServedTask::ServedTask;

private:
    std::vector<std::byte> hoard_ = std::vector<std::byte>(hoard_bytes, std::byte{1});
};
constexpr std::int64_t crowd = 200;
struct PlainCrowd {
    static std::unique_ptr<workloads::Workload> make_echo() {
        return workloads::find("idle_crowd")
            .make(tasks::Arguments{{"connections", crowd}, {"active", 1}, {"requests", 10}}, {});
    }
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) { return served; }
};
struct HoardingCrowd : PlainCrowd {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) {
        return std::make_unique<HoardingTask>(std::move(served));
    }
};
constexpr workloads::Entry plain_crowd = make_entry<OddEcho<PlainCrowd>>("plain_crowd");
constexpr workloads::Entry hoarding_crowd = make_entry<OddEcho<HoardingCrowd>>("hoarding_crowd");

workloads::Memory memory_of(const Case& what) {
    Harness harness{what, cpu_plan()};
    harness.prepare();
    harness.before_run();
    harness.run();
    EXPECT_EQ(harness.after_run().reason, "");
    return harness.meter().memory().value_or(workloads::Memory{});
}

// Also what the processes hold that a model has forked, and not what the clients hold.
TEST(Instrument, ReadsTheMemoryThatAModelHoldsForSilentConnections) {
    if (sys::is_sanitized) GTEST_SKIP() << "another allocator";
    for (const char* const model : {"epoll", "thread_per_task", "process_per_task"}) {
        const workloads::Memory plain = memory_of(case_of(plain_crowd, models::find(model)));
        const workloads::Memory hoarding = memory_of(case_of(hoarding_crowd, models::find(model)));
        EXPECT_EQ(hoarding.when, workloads::Memory::When::connected);
        EXPECT_EQ(hoarding.tasks, static_cast<std::size_t>(crowd));
        const std::int64_t more = hoarding.process_bytes - plain.process_bytes;
        EXPECT_GT(more, crowd * hoard_bytes * 9 / 10) << model;
        EXPECT_LT(more, crowd * hoard_bytes * 3 / 2) << model;
        // Two sockets for each connection.
        EXPECT_GT(plain.kernel_bytes.value_or(0), crowd * 2048) << model;
    }
}

TEST(Instrument, ReadsNoMemoryWhereAllConnectionsAreBusy) {
    Harness harness{case_named("echo/epoll/connections:2/requests:10"), cpu_plan()};
    harness.prepare();
    harness.before_run();
    harness.run();
    EXPECT_FALSE(harness.meter().memory());
}

constexpr auto model_name = [](const auto& model) { return std::string{model.param->name}; };
INSTANTIATE_TEST_SUITE_P(All, InstrumentOf, testing::ValuesIn(models::table().begin(), models::table().end()),
                         model_name);

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
TEST(Instrument, CountsTheSystemCallsOfOneWindow) {
    const Counts counts = Harness{case_named("ping_pong/thread_per_task/pairs:2/round_trips:1000"), cpu_plan()}.count();
    EXPECT_EQ(counts.units, 1000U);
    if (!counts.system_calls) GTEST_SKIP() << counts.reason.data();
    EXPECT_EQ(std::string{counts.reason.data()}, "");
    // Two sends and two receives for each of 1000 round trips, and a few at the gates.
    EXPECT_GE(*counts.system_calls, 4000);
    EXPECT_LE(*counts.system_calls, 4100);
    // A round trip wakes two threads, so that each is suspended once at least.
    EXPECT_GE(*counts.switches, 1000);
}

// The gate turns inside the model here, and reads the clocks of 202 processes.
TEST(Instrument, DoesNotCountWhatAGateItselfDoes) {
    const Counts counts =
        Harness{case_named("ping_pong/process_per_task/pairs:100/round_trips:500"), cpu_plan()}.count();
    if (!counts.system_calls) GTEST_SKIP() << counts.reason.data();
    EXPECT_GE(*counts.system_calls, 2000);
    // At its gate each pair, and the referee for it, sends and receives. To read the clocks takes 1,200 calls or more.
    EXPECT_LE(*counts.system_calls, 2000 + 4 * 100 + 300);
}

TEST(Instrument, CountsTheSystemCallsOfOneWindowOfAServer) {
    const Counts counts = Harness{case_named("echo/thread_per_task/connections:4/requests:1000"), cpu_plan()}.count();
    EXPECT_EQ(counts.units, 1000U);
    if (!counts.system_calls) GTEST_SKIP() << counts.reason.data();
    // A send and a receive for each request. A thread may still be in its last one when the window closes.
    EXPECT_GE(*counts.system_calls, 2000 - 4);
    EXPECT_LE(*counts.system_calls, 2100);
}

TEST(Instrument, CountsTheSystemCallsOfOneRun) {
    const Counts counts = Harness{case_named("timers/serial/tasks:100/naps:2/nap_us:1"), cpu_plan()}.count();
    EXPECT_EQ(counts.units, 200U);
    if (!counts.system_calls) GTEST_SKIP() << counts.reason.data();
    EXPECT_GE(*counts.system_calls, 200);
    EXPECT_LE(*counts.system_calls, 300);
}

}  // namespace
}  // namespace bench
