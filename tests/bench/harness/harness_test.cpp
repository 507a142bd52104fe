#include "bench/harness/harness.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "cpus.h"
#include "models/table.h"
#include "odd_echo.h"
#include "simple_workload.h"
#include "sys/limits.h"
#include "workloads/table.h"

namespace bench {
namespace {

using workloads::Verdict;
using workloads::Workload;

constexpr workloads::Entry simple = make_entry<SimpleWorkload>("simple");

TEST(Harness, RunsASimpleWorkload) {
    EXPECT_EQ(verdict_on(case_of(simple)), "");
    Harness harness{case_of(simple), cpu_plan()};
    EXPECT_TRUE(harness.support());
    harness.prepare();
    EXPECT_FALSE(harness.has_peer());
    EXPECT_EQ(harness.peer_usage().cpu_ns(), 0);
    EXPECT_EQ(harness.workload().work().units, 3U);
}

TEST(Harness, BindsToTheModelsCpusWhileItLives) {
    const sys::CpuSet available = sys::current_affinity();
    {
        const Harness harness{case_of(simple), cpu_plan()};
        EXPECT_EQ(sys::current_affinity(), harness.cpu_split().model);
        EXPECT_EQ(harness.cpu_split().model, cpu_plan().serving.model);
    }
    EXPECT_EQ(sys::current_affinity(), available);
}

class NeverMade final : public SimpleWorkload {
public:
    NeverMade() { throw std::runtime_error{"no sockets today"}; }
};
constexpr workloads::Entry never_made = make_entry<NeverMade>("never_made");

TEST(Harness, DoesNotChangeTheAffinityIfTheWorkloadCannotBeMade) {
    const sys::CpuSet available = sys::current_affinity();
    EXPECT_THROW((Harness{case_of(never_made), cpu_plan()}), std::runtime_error);
    EXPECT_EQ(sys::current_affinity(), available);
}

TEST(Harness, CountsTheCpuTimeOfTheModelsProcesses) {
    for (const models::Entry* const model : models::table()) {
        if (!model->classic) continue;
        Harness harness{
            make_case(workloads::find("primes"), *model, {{{"tasks", 4}, {"grain_us", 5000}}}, {}, two_cpus),
            cpu_plan()};
        harness.prepare();
        harness.before_run();
        const sys::ResourceUsage before = harness.model_usage();
        harness.run();
        // The four tasks compute for 20 ms in all. A tenth of that leaves room for a faster machine.
        EXPECT_GE((harness.model_usage() - before).cpu_ns(), 2'000'000) << model->name;
        EXPECT_TRUE(harness.after_run());
    }
}

// Its work is the number of runs that have begun.
class Beginning final : public SimpleWorkload {
public:
    void begin() override { ++runs_; }
    workloads::Work work() const override { return {.units = runs_, .bytes = 0, .fairness = {}}; }

private:
    std::uint64_t runs_ = 0;
};
constexpr workloads::Entry beginning = make_entry<Beginning>("beginning");

TEST(Harness, BeginsTheWorkloadAndClearsTheLedgerBeforeEachRun) {
    Harness harness{case_of(beginning), cpu_plan()};
    harness.prepare();
    for (std::uint64_t run = 1; run <= 3; ++run) {
        harness.before_run();
        harness.run();
        EXPECT_EQ(harness.after_run().reason, "");
        EXPECT_EQ(harness.workload().work().units, run);
    }
}

// A model that runs no task.
class Idle final : public models::Model {
public:
    void run() override {}
};
const models::Entry idle{
    .name = "idle",
    .family = models::Family::serial,
    .carrier = "none",
    .wait_mechanism = "none",
    .summary = "does nothing, very fast",
    .parameters = {},
    .support = [](const tasks::Demand&, const tasks::Arguments&) { return models::Support::yes(); },
    .make = [](const tasks::Job&, tasks::Ledger&, const tasks::Arguments&) -> std::unique_ptr<models::Model> {
        return std::make_unique<Idle>();
    }};

TEST(Harness, FindsAModelThatSkipsTheWorkInvalid) {
    for (const workloads::Entry* const workload : workloads::table()) {
        const Case what = make_case(*workload, idle, {tasks::parse_arguments(workload->smoke)}, {}, two_cpus);
        EXPECT_EQ(verdict_on(what), "task 0 finished 0 times") << workload->name;
    }
}

// An echo server that closes the second connection without an answer.
struct StarvesOne : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int connection) {
        if (connection != 2) return served;
        return std::make_unique<FinishedTask>(tasks::Finish{0});
    }
};
constexpr workloads::Entry starving = make_entry<OddEcho<StarvesOne>>("starving");

TEST(Harness, FindsAStarvedConnectionInvalid) {
    for (const models::Entry* const model : models_without_bound()) {
        EXPECT_EQ(verdict_on(case_of(starving, *model)),
                  "1 of 5 connections got no answer in the first round, before the window opens")
            << model->name;
    }
}

// Changes the last byte of each answer.
class WrongTask final : public tasks::Task {
public:
    explicit WrongTask(std::unique_ptr<tasks::Task> served) : served_{std::move(served)} {}
    tasks::Operation resume(tasks::Result result) override {
        tasks::Operation next = served_->resume(result);
        if (auto* const send = std::get_if<tasks::Send>(&next)) {
            bytes_.assign(send->bytes.begin(), send->bytes.end());
            bytes_.back() ^= std::byte{1};
            send->bytes = bytes_;
        }
        return next;
    }

private:
    std::unique_ptr<tasks::Task> served_;
    std::vector<std::byte> bytes_;
};
struct AnswersWrong : SmallEcho {
    static std::unique_ptr<tasks::Task> make(std::unique_ptr<tasks::Task> served, int) {
        return std::make_unique<WrongTask>(std::move(served));
    }
};
constexpr workloads::Entry lying = make_entry<OddEcho<AnswersWrong>>("lying");

TEST(Harness, FindsWrongAnswersInvalid) { EXPECT_EQ(verdict_on(case_of(lying)), "a client failed: Bad message"); }

// ping_pong, in which one task is told once that its operation failed.
class Quitting final : public workloads::Workload {
public:
    std::size_t size() const override { return game_->size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        auto task = game_->make(index);
        // The last one: the right end of a pair.
        if (index + 1 < size()) return task;
        return std::make_unique<QuittingTask>(std::move(task));
    }
    tasks::Demand demand() const override { return game_->demand(); }
    void begin() override { game_->begin(); }
    Verdict verify(const tasks::Ledger& ledger) const override { return game_->verify(ledger); }
    workloads::Work work() const override { return game_->work(); }
    workloads::Windows* windows() const override { return game_->windows(); }

private:
    class QuittingTask final : public ServedTask {
    public:
        using ServedTask::ServedTask;
        tasks::Operation resume(tasks::Result result) override {
            return ServedTask::resume(++steps_ == 5 ? tasks::Result{-EIO} : result);
        }

    private:
        int steps_ = 0;
    };
    std::unique_ptr<Workload> game_ =
        workloads::find("ping_pong").make(tasks::Arguments{{"pairs", 3}, {"round_trips", 100}}, {});
};
constexpr workloads::Entry quitting = make_entry<Quitting>("quitting");

// There is no peer that could end the run.
TEST(Harness, ATaskThatFailsEndsTheTasksThatWaitForIt) {
    for (const models::Entry* const model : models_without_bound()) {
        const std::string reason = verdict_on(case_of(quitting, *model));
        EXPECT_NE(reason.find("tasks failed, the first with: "), std::string::npos) << model->name << ": " << reason;
    }
}

class Demanding final : public SimpleWorkload {
public:
    tasks::Demand demand() const override { return {10'000'000'000, 1}; }
};
constexpr workloads::Entry demanding = make_entry<Demanding>("demanding");

TEST(Harness, SaysWhyTheModelCannot) {
    const Harness harness{case_of(demanding), cpu_plan()};
    const models::Support support = harness.support();
    EXPECT_FALSE(support);
    EXPECT_TRUE(support.reason.starts_with("needs 100000")) << support.reason;
}

class Refusing final : public SimpleWorkload {
public:
    std::string refusal() override { return "no disk today"; }
};
constexpr workloads::Entry refusing = make_entry<Refusing>("refusing");

TEST(Harness, SaysWhyTheWorkloadCannot) {
    EXPECT_EQ((Harness{case_of(refusing), cpu_plan()}.support().reason), "no disk today");
}

constexpr workloads::Entry with_demanding_peer = make_entry<WithPeer<Demanding>>("with_demanding_peer");

TEST(Harness, SaysWhyThePeerCannot) {
    const Harness harness{case_of(with_demanding_peer), cpu_plan()};
    EXPECT_TRUE(harness.support().reason.starts_with("the peer needs 100000")) << harness.support().reason;
}

class Dying final : public SimpleWorkload {
public:
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        return std::make_unique<ComputingTask>([] { ::raise(SIGKILL); });
    }
};
constexpr workloads::Entry dying = make_entry<Dying>("dying");

TEST(Harness, PassesOnWhatEndsTheRun) {
    const auto forking = std::ranges::find_if(models::table(), [](const auto* model) { return model->forks; });
    ASSERT_NE(forking, models::table().end());
    Harness harness{case_of(dying, **forking), cpu_plan()};
    harness.prepare();
    harness.before_run();
    EXPECT_THROW(harness.run(), std::runtime_error);
}

TEST(Harness, LeavesNoDescriptorAndNoProcess) {
    const std::size_t open_before = sys::open_descriptors();
    EXPECT_EQ(verdict_on(make_case(workloads::find("echo"), models::find(models::default_model),
                                   {{{"connections", 3}, {"requests", 6}}}, {}, two_cpus)),
              "");
    EXPECT_EQ(sys::open_descriptors(), open_before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

}  // namespace
}  // namespace bench
