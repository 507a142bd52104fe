#include "sys/process_family.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

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
    const Nanoseconds before = family_.read_at_rest().before;
    let_work();
    const Nanoseconds used = family_.read_at_rest().before - before;
    EXPECT_GE(used, work);
    EXPECT_LE(used, 2 * work);
    EXPECT_EQ(family_.size(), 2U);
}

TEST_F(ProcessFamilyTest, HasTheChildrenOfItsChildren) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess child = ChildProcess::fork([&] {
        const ChildProcess grandchild = fork_worker();
        board_->stop.wait();
    });
    const Nanoseconds before = family_.read_at_rest().before;
    let_work();
    EXPECT_GE(family_.read_at_rest().before - before, work);
    EXPECT_EQ(family_.size(), 3U);
    const std::vector<pid_t> pids = family_.pids();
    EXPECT_EQ(pids.size(), 3U);
    EXPECT_EQ(pids[0], ::getpid());
    EXPECT_EQ(pids[1], child.pid());
}

TEST_F(ProcessFamilyTest, KeepsWhatADeadMemberUsed) {
    const ProcessFamily::Membership membership{family_};
    ChildProcess child = fork_worker();
    let_work();
    const Nanoseconds before = family_.read_at_rest().before;
    child.kill();
    child.wait();
    EXPECT_GE(family_.read_at_rest().before, before);
}

TEST_F(ProcessFamilyTest, HasThreadsThatEnded) {
    const ProcessFamily::Membership membership{family_};
    const Nanoseconds before = family_.read_at_rest().before;
    std::jthread{[] { burn_cpu(work); }}.join();
    EXPECT_GE(family_.read_at_rest().before - before, work);
}

TEST_F(ProcessFamilyTest, DoesNotHaveWhatWasForkedBeforeOrAfterTheMembership) {
    const ChildProcess before = fork_worker();
    { const ProcessFamily::Membership membership{family_}; }
    const ChildProcess after = fork_worker();
    EXPECT_EQ(family_.size(), 1U);
}

// What a reading uses itself belongs neither to the time before it nor to the time after it. Each of several readings
// is looked at, because the children's start may fall between the first two.
TEST_F(ProcessFamilyTest, LeavesOutTheReadingIfTheReaderIsAMember) {
    const ProcessFamily::Membership membership{family_};
    std::vector<ChildProcess> children;
    for (int i = 0; i < 100; ++i) children.push_back(fork_worker());
    Nanoseconds least_between = Nanoseconds::max();
    Nanoseconds least_cost = Nanoseconds::max();
    Nanoseconds last_after{};
    for (int i = 0; i < 10; ++i) {
        const ProcessFamily::Reading reading = family_.read_at_rest();
        // An interrupt may come between the two clocks of one reader.
        EXPECT_GE(reading.before, last_after - std::chrono::microseconds{20});
        if (i > 0) least_between = std::min(least_between, reading.before - last_after);
        least_cost = std::min(least_cost, reading.after - reading.before);
        last_after = reading.after;
    }
    EXPECT_GT(least_cost.count(), 0);
    EXPECT_LT(least_between, least_cost);
}

// The reader is a process outside the family, like the peer of a server.
TEST_F(ProcessFamilyTest, StopsAMemberThatSpinsAndReadsItsClock) {
    const Shared<std::atomic<std::int64_t>> read_ns;
    ChildProcess reader = ChildProcess::fork([&] {
        board_->start.wait();
        // On a busy machine a member that spins may get no CPU for so long that it seems to sleep.
        while (family_.read_at_rest().rest != ProcessFamily::Rest::stopped) {
        }
        read_ns->store(family_.read_at_rest().before.count());
        board_->spinning.store(false);
    });
    const ProcessFamily::Membership membership{family_};
    ChildProcess spinner = ChildProcess::fork([&] {
        board_->spinning.store(true);
        board_->start.post();
        while (board_->spinning.load()) {
        }
        board_->used_ns.store(cpu_time_of(CLOCK_PROCESS_CPUTIME_ID).count());
    });
    spinner.wait();
    reader.wait();
    EXPECT_GT(read_ns->load(), 0);
    // The spinner and this process, which sleeps meanwhile.
    EXPECT_LE(read_ns->load(), board_->used_ns.load() + cpu_time_of(CLOCK_PROCESS_CPUTIME_ID).count());
}

// Pauses of the caller, in which it waits until something has happened.
class ReadOver : public ProcessFamilyTest {
protected:
    static Nanoseconds cpu_time_of(const ChildProcess& child) {
        clockid_t clock{};
        EXPECT_EQ(::clock_getcpuclockid(child.pid(), &clock), 0);
        return sys::cpu_time_of(clock);
    }
    static void wait_for(Nanoseconds duration) { sleep_until(now() + duration); }
    ChildProcess fork_spinner() {
        board_->spinning = true;
        ChildProcess spinner = ChildProcess::fork([&] {
            board_->start.post();
            while (board_->spinning.load()) {
            }
        });
        // It is a member from here on.
        board_->start.wait();
        return spinner;
    }
    // Reads over a pause in which the spinner uses so much CPU time.
    ProcessFamily::Reading read_over_spinning(const ChildProcess& spinner) {
        return family_.read_over([&] {
            const Nanoseconds end = cpu_time_of(spinner) + 4 * more_than_a_tick();
            while (cpu_time_of(spinner) < end) wait_for(more_than_a_tick());
        });
    }
};

TEST_F(ReadOver, KnowsWhatWasUsedBeforeThePause) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess child = fork_worker();
    const Nanoseconds before = family_.read_at_rest().before;
    let_work();
    const auto reading = family_.read_over([] { wait_for(3 * more_than_a_tick()); });
    EXPECT_EQ(reading.rest, ProcessFamily::Rest::slept);
    EXPECT_GE(reading.before - before, work);
    EXPECT_LE(reading.before - before, 2 * work);
}

TEST_F(ReadOver, WaitsItselfIfThePauseIsShort) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess child = fork_worker();
    const Nanoseconds before = family_.read_at_rest().before;
    let_work();
    EXPECT_GE(family_.read_over([] {}).before - before, work);
}

TEST_F(ReadOver, LeavesOutThePauseIfTheReaderIsAMember) {
    const ProcessFamily::Membership membership{family_};
    const Nanoseconds before = family_.read_at_rest().after;
    const auto reading = family_.read_over([] {
        burn_cpu(work);
        wait_for(3 * more_than_a_tick());
    });
    EXPECT_EQ(reading.rest, ProcessFamily::Rest::slept) << "the reader itself does not count as a member that spins";
    EXPECT_LT(reading.before - before, work / 2);
    EXPECT_GE(reading.after - reading.before, work);
}

TEST_F(ReadOver, FindsAMemberThatSpinsAndStopsItInTheNextPause) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess spinner = fork_spinner();
    const auto first = read_over_spinning(spinner);
    EXPECT_EQ(first.rest, ProcessFamily::Rest::moved);
    EXPECT_EQ(first.rest_after, ProcessFamily::Rest::stopped) << "what comes now is measured well";
    Nanoseconds used{0};
    const auto reading = family_.read_over([&] {
        wait_for(more_than_a_tick());
        const Nanoseconds stopped = cpu_time_of(spinner);
        wait_for(3 * more_than_a_tick());
        used = cpu_time_of(spinner) - stopped;
    });
    EXPECT_EQ(reading.rest, ProcessFamily::Rest::stopped);
    // On a loaded machine it takes the signal late: it has to run for that.
    EXPECT_LT(used, more_than_a_tick() / 4);
    // It continues.
    const Nanoseconds end = cpu_time_of(spinner) + 2 * more_than_a_tick();
    while (cpu_time_of(spinner) < end) wait_for(more_than_a_tick());
}

TEST_F(ReadOver, CountsNothingOfThePauseThatAMemberSpoilt) {
    const ProcessFamily::Membership membership{family_};
    const ChildProcess spinner = fork_spinner();
    const auto reading = read_over_spinning(spinner);
    EXPECT_EQ(reading.rest, ProcessFamily::Rest::moved);
    EXPECT_GE(reading.after - reading.before, 3 * more_than_a_tick());
}

}  // namespace
}  // namespace sys
