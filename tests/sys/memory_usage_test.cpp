#include "sys/memory_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "sys/child_process.h"
#include "sys/sanitizer.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

constexpr std::size_t some_bytes = std::size_t{64} << 20;

TEST(MemoryUsage, GrowsByPagesThatAreUsed) {
    const MemoryUsage before = memory_usage_of_tree(::getpid());
    EXPECT_GT(before.pss_bytes, 0);
    EXPECT_GT(before.kernel_bytes, 0);
    const SharedMapping mapping{some_bytes};
    const std::int64_t untouched = memory_usage_of_tree(::getpid()).pss_bytes - before.pss_bytes;
    EXPECT_LT(untouched, static_cast<std::int64_t>(some_bytes) / 2);
    std::memset(mapping.data(), 1, some_bytes);
    const std::int64_t touched = memory_usage_of_tree(::getpid()).pss_bytes - before.pss_bytes;
    EXPECT_GE(touched, static_cast<std::int64_t>(some_bytes) * 9 / 10);
}

TEST(MemoryUsage, SeesChildrenOfChildren) {
    struct Board {
        Semaphore ready;
        Semaphore leave;
    };
    const Shared<Board> board;
    const std::int64_t before = memory_usage_of_tree(::getpid()).pss_bytes;
    ChildProcess child = ChildProcess::fork([&] {
        ChildProcess grandchild = ChildProcess::fork([&] {
            const SharedMapping mapping{some_bytes};
            std::memset(mapping.data(), 1, some_bytes);
            board->ready.post();
            board->leave.wait();
        });
        grandchild.wait();
    });
    board->ready.wait();
    EXPECT_GE(memory_usage_of_tree(::getpid()).pss_bytes - before, static_cast<std::int64_t>(some_bytes) * 9 / 10);
    board->leave.post();
    EXPECT_EQ(child.wait(), 0);
    EXPECT_LT(memory_usage_of_tree(::getpid()).pss_bytes - before, static_cast<std::int64_t>(some_bytes) / 2);
}

TEST(MemoryUsage, OfSomeProcessesIsTheirsAlone) {
    struct Board {
        Semaphore ready;
        Semaphore leave;
    };
    const Shared<Board> board;
    const pid_t self = ::getpid();
    const std::int64_t before = memory_usage_of(std::array{self}).pss_bytes;
    ChildProcess child = ChildProcess::fork([&] {
        const SharedMapping mapping{some_bytes};
        std::memset(mapping.data(), 1, some_bytes);
        board->ready.post();
        board->leave.wait();
    });
    board->ready.wait();
    EXPECT_LT(memory_usage_of(std::array{self}).pss_bytes - before, static_cast<std::int64_t>(some_bytes) / 2);
    EXPECT_GE(memory_usage_of(std::array{self, child.pid()}).pss_bytes - before,
              static_cast<std::int64_t>(some_bytes) * 9 / 10);
    board->leave.post();
    EXPECT_EQ(child.wait(), 0);
}

TEST(MemoryUsage, OfAProcessThatHasEndedIsZero) {
    ChildProcess child = ChildProcess::fork([] {});
    const pid_t pid = child.pid();
    child.wait();
    EXPECT_EQ(memory_usage_of_tree(pid).pss_bytes, 0);
}

constexpr auto some = static_cast<std::int64_t>(some_bytes);

// A mapping, because an allocator may keep what is freed.
void use_some_memory() {
    const SharedMapping mapping{some_bytes};
    std::memset(mapping.data(), 1, some_bytes);
}

class ResidentPeak : public testing::Test {
protected:
    void SetUp() override {
        if (!reset_resident_peak()) GTEST_SKIP() << "this system does not let a peak begin again";
        ASSERT_TRUE(resident_set());
        before_ = *resident_set();
    }
    ResidentSet before_;
};

TEST_F(ResidentPeak, HoldsMemoryThatIsFreedAgain) {
    EXPECT_GT(before_.bytes, 0);
    use_some_memory();
    const ResidentSet after = resident_set().value();
    EXPECT_GE(after.peak_bytes - before_.bytes, some * 9 / 10);
    EXPECT_LT(after.bytes - before_.bytes, some / 2);
}

TEST_F(ResidentPeak, BeginsAgain) {
    use_some_memory();
    ASSERT_TRUE(reset_resident_peak());
    EXPECT_LT(resident_set().value().peak_bytes - before_.bytes, some / 2);
}

TEST(ResidentPeakError, IsThatOfOneCpuAtLeast) { EXPECT_GE(resident_peak_error_bytes(), 64 * ::sysconf(_SC_PAGESIZE)); }

#ifdef __GLIBC__
TEST_F(ResidentPeak, GrowsByMemoryThatWasUsedBeforeOnceItIsReleased) {
    if (is_sanitized) GTEST_SKIP() << "another allocator";
    // Small pieces, and one in use behind them: the allocator keeps their pages when they are freed.
    std::vector<std::unique_ptr<char[]>> pieces;
    pieces.reserve(some_bytes / 1024);
    while (pieces.size() < some_bytes / 1024) {
        pieces.push_back(std::make_unique<char[]>(1000));
    }
    pieces.erase(pieces.begin(), pieces.end() - 1);
    const std::int64_t kept = resident_set().value().bytes;
    ASSERT_GE(kept - before_.bytes, some / 2);
    release_free_memory();
    EXPECT_LE(resident_set().value().bytes, kept - some / 2);
}
#endif

class StatusFile : public testing::Test {
protected:
    StatusFile() { std::ofstream{path_} << ""; }
    ~StatusFile() override { std::filesystem::remove(path_); }
    std::optional<ResidentSet> read(std::string_view text) {
        std::ofstream{path_} << text;
        return resident_set(path_.c_str());
    }
    std::string path_ = testing::TempDir() + "status-" + std::to_string(::getpid());
};

TEST_F(StatusFile, IsReadByTheNamesOfItsLines) {
    const auto found =
        read("Name:\tVmRSS:\nVmPeak:\t  900 kB\nVmHWM:\t    300 kB\nVmRSS:\t   20 kB\nRssAnon:\t 7 kB\n");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bytes, 20 * 1024);
    EXPECT_EQ(found->peak_bytes, 300 * 1024);
}

TEST_F(StatusFile, TellsNothingWithoutBothFigures) {
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read("Name:\tkthreadd\nThreads:\t1\n"));
    EXPECT_FALSE(read("Name:\tx\nVmRSS:\t20 kB\n"));
    EXPECT_FALSE(read("Name:\tx\nVmHWM:\t20 kB\n"));
    EXPECT_FALSE(read("Name:\tx\nVmHWM:\t20 kB\nVmRSS:"));
    EXPECT_FALSE(resident_set("/nowhere/status"));
    EXPECT_FALSE(resident_set("/")) << "a folder";
}

TEST(ResidentPeakOfASystemWithoutIt, IsNotReset) {
    EXPECT_FALSE(reset_resident_peak("/nowhere/clear_refs"));
    EXPECT_FALSE(reset_resident_peak("/dev/full")) << "its every write fails";
}

}  // namespace
}  // namespace sys
