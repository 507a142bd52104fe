#include "bench/harness/peer.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>

#include "bench/harness/harness.h"
#include "cpus.h"
#include "models/table.h"
#include "simple_workload.h"

namespace bench {
namespace {

using workloads::Verdict;

constexpr workloads::Entry with_peer = make_entry<WithPeer<SimpleWorkload>>("with_peer");

TEST(Peer, DoesItsPartOnceForEachRun) {
    Harness harness{case_of(with_peer), cpu_plan()};
    harness.prepare();
    EXPECT_TRUE(harness.has_peer());
    std::int64_t used = 0;
    for (int run = 0; run < 3; ++run) {
        harness.before_run();
        harness.run();
        EXPECT_EQ(harness.after_run().reason, "");
        EXPECT_GE(harness.peer_usage().cpu_ns(), used);
        used = harness.peer_usage().cpu_ns();
    }
    EXPECT_GT(used, 0);
}

class Failing final : public SimpleWorkload {
public:
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        return std::make_unique<FinishedTask>(tasks::Finish{0, -EPIPE});
    }
};
constexpr workloads::Entry with_failing_peer = make_entry<WithPeer<Failing>>("with_failing_peer");

TEST(Peer, TellsWhatItFoundWrong) {
    EXPECT_EQ(verdict_on(case_of(with_failing_peer)), "peer: 1 tasks failed, the first with: Broken pipe");
}

class Talkative final : public SimpleWorkload {
public:
    Verdict verify(const tasks::Ledger&) const override { return Verdict::invalid(std::string(1000, 'x')); }
};
constexpr workloads::Entry with_talkative_peer = make_entry<WithPeer<Talkative>>("with_talkative_peer");

TEST(Peer, CutsALongReason) { EXPECT_EQ(verdict_on(case_of(with_talkative_peer)), "peer: " + std::string(255, 'x')); }

class Dying final : public SimpleWorkload {
public:
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        return std::make_unique<ComputingTask>([] { ::raise(SIGKILL); });
    }
};
constexpr workloads::Entry with_dying_peer = make_entry<WithPeer<Dying>>("with_dying_peer");

// A killed process says nothing about the model: the case did not finish.
TEST(Peer, TellsHowItDied) {
    try {
        const std::string verdict = verdict_on(case_of(with_dying_peer));
        FAIL() << verdict;
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "the peer ended with signal 9 (Killed)");
    }
}

class Throwing final : public SimpleWorkload {
public:
    std::unique_ptr<tasks::Task> make(std::size_t) const override { throw std::runtime_error{"it rains"}; }
};
constexpr workloads::Entry with_throwing_peer = make_entry<WithPeer<Throwing>>("with_throwing_peer");

TEST(Peer, TellsWhatItThrew) {
    try {
        const std::string verdict = verdict_on(case_of(with_throwing_peer));
        FAIL() << verdict;
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "the peer ended with exit code 1: it rains");
    }
}

}  // namespace
}  // namespace bench
