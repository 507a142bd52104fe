#include "sys/process_family.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "sys/child_process.h"
#include "sys/semaphore.h"

namespace sys {
namespace {

using std::chrono::milliseconds;

Nanoseconds cpu_time_of(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

// Computes for so much CPU time, so that the load of the machine does not matter.
void burn_cpu(Nanoseconds work, clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
    const Nanoseconds end = cpu_time_of(clock) + work;
    while (cpu_time_of(clock) < end) {
    }
}

// Children that compute when they are told to, and sleep otherwise.
class ProcessFamilyTest : public testing::Test {
protected:
    struct Board {
        Semaphore start;
        Semaphore done;
        Semaphore stop;
        std::atomic<std::int64_t> used_ns;
        std::atomic<bool> spinning;
    };
    static constexpr Nanoseconds work{milliseconds{30}};
    // The caller's own clock calls, and the last steps of a child before it sleeps.
    static constexpr Nanoseconds slack{milliseconds{5}};

    ChildProcess fork_worker() {
        return ChildProcess::fork([&] {
            for (;;) {
                board_->start.wait();
                burn_cpu(work);
                board_->done.post();
            }
        });
    }
    void let_work() {
        board_->start.post();
        board_->done.wait();
    }

    Shared<Board> board_;
    ProcessFamily family_;
};

TEST_F(ProcessFamilyTest, KnowsWhatAChildUsedThatStillLives) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess child = fork_worker();
    const Nanoseconds before = family_.cpu_time_at_rest();
    let_work();
    const Nanoseconds used = family_.cpu_time_at_rest() - before;
    EXPECT_GE(used, work);
    EXPECT_LE(used, work + slack);
    EXPECT_EQ(family_.size(), 2U);
    EXPECT_FALSE(family_.has_stopped());
}

TEST_F(ProcessFamilyTest, HasTheChildrenOfItsChildren) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess child = ChildProcess::fork([&] {
        const ChildProcess grandchild = fork_worker();
        board_->stop.wait();
    });
    const Nanoseconds before = family_.cpu_time_at_rest();
    let_work();
    EXPECT_GE(family_.cpu_time_at_rest() - before, work);
    EXPECT_EQ(family_.size(), 3U);
}

TEST_F(ProcessFamilyTest, KeepsWhatADeadMemberUsed) {
    const ProcessFamily::Membership membership{family_};
    ChildProcess child = fork_worker();
    let_work();
    const Nanoseconds before = family_.cpu_time_at_rest();
    child.kill();
    child.wait();
    EXPECT_GE(family_.cpu_time_at_rest(), before);
}

TEST_F(ProcessFamilyTest, HasThreadsThatEnded) {
    const ProcessFamily::Membership membership{family_};
    const Nanoseconds before = family_.cpu_time_at_rest();
    std::jthread{[] { burn_cpu(work); }}.join();
    EXPECT_GE(family_.cpu_time_at_rest() - before, work);
}

TEST_F(ProcessFamilyTest, DoesNotHaveWhatWasForkedBeforeOrAfterTheMembership) {
    const ChildProcess before = fork_worker();
    { const ProcessFamily::Membership membership{family_}; }
    const ChildProcess after = fork_worker();
    EXPECT_EQ(family_.size(), 1U);
}

// The reader is a process outside the family, like the peer of a server.
TEST_F(ProcessFamilyTest, StopsAMemberThatSpinsAndReadsItsClockExactly) {
    const Shared<std::atomic<std::int64_t>> read_ns;
    const Shared<std::atomic<bool>> has_stopped;
    ChildProcess reader = ChildProcess::fork([&] {
        board_->start.wait();
        (void)family_.cpu_time_at_rest();
        // By now it knows who spins, and stops it at once.
        read_ns->store(family_.cpu_time_at_rest().count());
        has_stopped->store(family_.has_stopped());
        board_->spinning.store(false);
    });
    const ProcessFamily::Membership membership{family_};
    ChildProcess spinner = ChildProcess::fork([&] {
        board_->spinning.store(true);
        board_->start.post();
        Nanoseconds last{0};
        while (board_->spinning.load()) last = cpu_time_of(CLOCK_PROCESS_CPUTIME_ID);
        board_->used_ns.store(last.count());
    });
    spinner.wait();
    reader.wait();
    EXPECT_TRUE(has_stopped->load());
    EXPECT_GT(read_ns->load(), 0);
    // This process sleeps meanwhile. The spinner runs for a moment after it was continued.
    const std::int64_t own_ns = cpu_time_of(CLOCK_PROCESS_CPUTIME_ID).count();
    EXPECT_NEAR(static_cast<double>(read_ns->load()), static_cast<double>(board_->used_ns.load() + own_ns),
                static_cast<double>(slack.count()));
}

}  // namespace
}  // namespace sys
