// A process of the peer dies: the case ends at once, and says so. Nothing here ends by the patience of the peer.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <tuple>

#include "bench/harness/harness.h"
#include "models/table.h"
#include "odd_echo.h"
#include "odd_workload.h"
#include "sys/limits.h"
#include "sys/shared_memory.h"
#include "turn_giver.h"

namespace bench {
namespace {

constexpr std::chrono::hours patience{1};

enum class When { it_starts, it_is_at_work, a_gate_turns };
std::string_view to_string(When when) {
    return when == When::it_starts ? "starts" : when == When::it_is_at_work ? "is_at_work" : "turns_a_gate";
}

// Ends its process at a step, counted over all tasks of the process, or when it computes, which a client does to turn a
// gate.
template <When when>
class DyingTask final : public ServedTask {
public:
    using ServedTask::ServedTask;
    tasks::Operation resume(tasks::Result result) override {
        static int steps = 0;
        constexpr int last = when == When::it_starts ? 1 : when == When::it_is_at_work ? 40 : 1'000'000;
        if (++steps == last) ::raise(SIGKILL);
        tasks::Operation next = ServedTask::resume(result);
        if (auto* const spawn = std::get_if<tasks::Spawn>(&next)) {
            spawn->task = std::make_unique<DyingTask>(std::move(spawn->task));
        }
        return next;
    }
    void compute() override {
        if (when == When::a_gate_turns) ::raise(SIGKILL);
        ServedTask::compute();
    }
};

template <class Task>
class OddShard final : public OddWorkload {
public:
    using OddWorkload::OddWorkload;
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<Task>(OddWorkload::make(index));
    }
};

const workloads::Entry& dying_entry(Usual usual, When when) {
    switch (when) {
        case When::it_starts: return odd_entry<WithOddShards<OddShard<DyingTask<When::it_starts>>>>(usual);
        case When::it_is_at_work: return odd_entry<WithOddShards<OddShard<DyingTask<When::it_is_at_work>>>>(usual);
        case When::a_gate_turns: break;
    }
    return odd_entry<WithOddShards<OddShard<DyingTask<When::a_gate_turns>>>>(usual);
}

// How the case ends; nothing is left afterwards.
std::string ending_of(const Case& what, const CpuPlan& cpus, Turns* turns = nullptr) {
    const std::size_t open_before = sys::open_descriptors();
    std::string ending;
    try {
        Harness harness{what, cpus, 2, patience, turns};
        harness.prepare();
        harness.before_run();
        harness.run();
        ending = "a verdict: " + harness.after_run().reason;
    } catch (const std::exception& error) {
        ending = error.what();
    }
    EXPECT_EQ(sys::open_descriptors(), open_before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child process is left";
    return ending;
}

using Crossing = std::tuple<Usual, When, const models::Entry*>;
std::string name_of(const testing::TestParamInfo<Crossing>& crossing) {
    const auto [usual, when, model] = crossing.param;
    return std::string{to_string(usual)} + "_when_it_" + std::string{to_string(when)} + "_under_" +
           std::string{model->name};
}
class DyingPeer : public testing::TestWithParam<Crossing> {};

TEST_P(DyingPeer, EndsTheCase) {
    const auto [usual, when, model] = GetParam();
    const Case what = odd_case(dying_entry(usual, when), *model, 3);
    const std::string ending = ending_of(what, cpu_plan());
    EXPECT_EQ(ending, "the peer ended with signal 9 (Killed)");
}

auto every_model() { return testing::ValuesIn(models::table().begin(), models::table().end()); }
INSTANTIATE_TEST_SUITE_P(All, DyingPeer,
                         testing::Combine(testing::Values(Usual::echo, Usual::churn, Usual::fetch),
                                          testing::Values(When::it_starts, When::it_is_at_work), every_model()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(AtGates, DyingPeer,
                         testing::Combine(testing::Values(Usual::echo), testing::Values(When::a_gate_turns),
                                          every_model()),
                         name_of);

// The peer is killed while it waits for the next turn. A model that spins is stopped meanwhile, and has to go on.
pid_t& turning_pid() {
    static const sys::Shared<pid_t> pid;
    return *pid;
}
class NamedTask final : public ServedTask {
public:
    using ServedTask::ServedTask;
    tasks::Operation resume(tasks::Result result) override {
        turning_pid() = ::getpid();
        return ServedTask::resume(result);
    }
};

class PeerThatWaitsForItsTurn : public testing::TestWithParam<const models::Entry*> {};

TEST_P(PeerThatWaitsForItsTurn, EndsTheCaseIfItIsKilled) {
    const Case what = odd_case(odd_entry<WithOddShards<OddShard<NamedTask>>>(Usual::echo), *GetParam(), 3);
    TurnGiver giver;
    Turns turns{giver.benchmarks_end(), 2};
    std::string ending;
    turning_pid() = 0;
    {
        const sys::ChildProcess killer = sys::ChildProcess::fork([&] {
            (void)giver.hear();
            giver.say("try 40");
            (void)giver.hear();
            // Now it waits.
            if (turning_pid() > 0) ::kill(turning_pid(), SIGKILL);
            for (;;) ::pause();
        });
        Harness harness{what, cpu_plan(), 2, patience, &turns};
        try {
            harness.prepare();
            harness.before_run();
            harness.run();
            ending = "a verdict: " + harness.after_run().reason;
        } catch (const std::exception& error) {
            ending = error.what();
        }
    }
    EXPECT_EQ(ending, "the peer ended with signal 9 (Killed)");
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child process is left";
}

INSTANTIATE_TEST_SUITE_P(All, PeerThatWaitsForItsTurn, every_model(),
                         [](const auto& model) { return std::string{model.param->name}; });

// One of three processes dies; the clients of the others would wait for it at the next gate.
TEST(OneOfSeveralPeers, EndsTheCase) {
    CpuPlan plan = cpu_plan();
    plan.serving.peer.assign(3, plan.serving.peer.front());
    for (const When when : {When::it_starts, When::it_is_at_work, When::a_gate_turns}) {
        const Case what = odd_case(dying_entry(Usual::echo, when), models::find(models::default_model), 6);
        EXPECT_EQ(ending_of(what, plan), "the peer ended with signal 9 (Killed)") << to_string(when);
    }
}

}  // namespace
}  // namespace bench
