#include "sys/limits.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "pipe.h"
#include "sys/child_process.h"

namespace sys {
namespace {

// Runs in a child, because a process may not raise a hard limit again.
std::string ending_of(const std::function<void()>& body) { return describe_exit(ChildProcess::fork(body).wait()); }

void require(bool condition, const char* what) {
    if (!condition) throw std::runtime_error{what};
}

TEST(RaiseDescriptorLimit, RaisesTheSoftLimitToTheHardOne) {
    EXPECT_EQ(ending_of([] {
                  const rlimit low{64, 128};
                  check(::setrlimit(RLIMIT_NOFILE, &low), "setrlimit");
                  require(raise_descriptor_limit() == 128, "raise_descriptor_limit() does not return the hard limit");
                  rlimit now{};
                  check(::getrlimit(RLIMIT_NOFILE, &now), "getrlimit");
                  require(now.rlim_cur == 128, "the soft limit is not raised");
                  require(raise_descriptor_limit() == 128, "the second call returns another limit");
              }),
              "");
}

class AvailableMemory : public testing::Test {
protected:
    AvailableMemory() { std::filesystem::create_directories(group_); }
    ~AvailableMemory() override { std::filesystem::remove_all(folder_); }

    void write(const std::filesystem::path& path, const std::string& text) { std::ofstream{path} << text; }
    [[nodiscard]] std::size_t available(bool version_1 = false) const {
        return available_memory({{group_, folder_}, version_1}, folder_ / "meminfo");
    }

    std::filesystem::path folder_{testing::TempDir() + "memory-" + std::to_string(::getpid())};
    std::filesystem::path group_{folder_ / "group"};
};

TEST_F(AvailableMemory, IsThatOfTheMachineWithoutALimit) {
    write(folder_ / "meminfo", "MemTotal: 9000 kB\nMemAvailable:  5000 kB\n");
    write(group_ / "memory.max", "max\n");
    EXPECT_EQ(available(), 5000U * 1024);
}

TEST_F(AvailableMemory, IsWhatIsLeftBelowTheLeastLimit) {
    write(folder_ / "meminfo", "MemAvailable:  5000 kB\n");
    write(group_ / "memory.max", "1000000\n");
    write(group_ / "memory.current", "400000\n");
    write(group_ / "memory.stat", "anon 1\ninactive_file 150000\nactive_file 2\n");
    EXPECT_EQ(available(), 750000U);
    write(folder_ / "memory.max", "500000\n");
    write(folder_ / "memory.current", "900000\n");
    EXPECT_EQ(available(), 0U);
}

TEST_F(AvailableMemory, KnowsTheFilesOfVersion1) {
    write(group_ / "memory.limit_in_bytes", "1000000\n");
    write(group_ / "memory.usage_in_bytes", "400000\n");
    EXPECT_EQ(available(true), 600000U);
}

TEST_F(AvailableMemory, IsUnknownWithoutAnyFile) { EXPECT_EQ(available(), std::numeric_limits<std::size_t>::max()); }

TEST(OpenDescriptors, CountsThem) {
    const std::size_t before = open_descriptors();
    EXPECT_GE(before, 3U);
    {
        const Pipe pipe;
        EXPECT_EQ(open_descriptors(), before + 2);
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Mappings, CountsThem) {
    const std::size_t before = mappings();
    EXPECT_GT(before, 5U);
    EXPECT_LT(before, mapping_limit());
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const mapped = ::mmap(nullptr, 3 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(mapped, MAP_FAILED);
    ASSERT_EQ(::mprotect(static_cast<std::byte*>(mapped) + page, page, PROT_NONE), 0);
    EXPECT_GE(mappings(), before + 2) << "a page in the middle divides a mapping";
    ::munmap(mapped, 3 * page);
}

TEST(ProcessLimit, IsNotAboveThoseOfTheKernel) {
    std::size_t pid_max = 0;
    std::ifstream{"/proc/sys/kernel/pid_max"} >> pid_max;
    std::size_t threads_max = 0;
    std::ifstream{"/proc/sys/kernel/threads-max"} >> threads_max;
    const std::size_t limit = process_limit();
    EXPECT_GT(limit, 0U);
    EXPECT_LE(limit, pid_max);
    EXPECT_LE(limit, threads_max);
}

TEST(ProcessLimit, IsThatOfTheUserUnlessItIsRoot) {
    EXPECT_EQ(ending_of([] {
                  const rlimit low{50, 50};
                  check(::setrlimit(RLIMIT_NPROC, &low), "setrlimit");
                  require(::geteuid() == 0 ? process_limit() > 50 : process_limit() == 50,
                          "process_limit() is not RLIMIT_NPROC");
                  if (::geteuid() != 0) return;
                  check(::setresuid(65534, 65534, 65534), "setresuid");
                  require(process_limit() == 50, "process_limit() is not RLIMIT_NPROC for a user other than root");
              }),
              "");
}

}  // namespace
}  // namespace sys
