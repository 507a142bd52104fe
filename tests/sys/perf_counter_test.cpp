#include "sys/perf_counter.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "sys/child_process.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

constexpr int calls = 500;

void call_the_kernel() {
    for (int i = 0; i < calls; ++i) ::syscall(SYS_getppid);
}

class CountedSystemCalls : public testing::Test {
protected:
    void SetUp() override {
        if (!counter_.reason().empty()) GTEST_SKIP() << counter_.reason();
    }
    // How many calls were counted during `work`. A thread or a process itself needs up to `around` calls more.
    template <class Work>
    std::int64_t counted(Work work) {
        const auto before = counter_.read();
        work();
        return *counter_.read() - *before;
    }
    static constexpr std::int64_t around = 100;

    PerfCounter counter_{PerfCounter::Event::system_calls};
};

TEST_F(CountedSystemCalls, OfThisThread) {
    const std::int64_t count = counted(call_the_kernel);
    EXPECT_GE(count, calls);
    EXPECT_LE(count, calls + around);
}

TEST_F(CountedSystemCalls, OfAThread) {
    const std::int64_t count = counted([] { std::jthread{call_the_kernel}.join(); });
    EXPECT_GE(count, calls);
    EXPECT_LE(count, calls + around);
}

TEST_F(CountedSystemCalls, OfAProcess) {
    const std::int64_t count = counted([] { ChildProcess::fork(call_the_kernel).wait(); });
    EXPECT_GE(count, calls);
    EXPECT_LE(count, calls + around);
}

// Another process may count for it.
TEST(PerfCounter, CountsForAThreadOfAnotherProcess) {
    const Shared<std::atomic<std::int64_t>> count;
    const Shared<Semaphore> counting;
    const Shared<Semaphore> counted;
    const pid_t here = ::getpid();
    ChildProcess counter = ChildProcess::fork([&] {
        const PerfCounter calls_of_parent{PerfCounter::Event::system_calls, here};
        counting->post();
        counted->wait();
        count->store(calls_of_parent.read().value_or(-1));
    });
    counting->wait();
    call_the_kernel();
    counted->post();
    counter.wait();
    if (*count == -1) GTEST_SKIP() << PerfCounter{PerfCounter::Event::system_calls}.reason();
    EXPECT_GE(*count, calls);
    EXPECT_LE(*count, calls + 100);
}

TEST(PerfCounter, CountsOrSaysWhyNot) {
    for (const auto event :
         {PerfCounter::Event::system_calls, PerfCounter::Event::switches, PerfCounter::Event::cpu_migrations}) {
        const PerfCounter counter{event};
        EXPECT_EQ(counter.read().has_value(), counter.reason().empty()) << counter.reason();
        EXPECT_TRUE(counter.reason().empty() || counter.reason().starts_with("not permitted: ")) << counter.reason();
    }
}

}  // namespace
}  // namespace sys
