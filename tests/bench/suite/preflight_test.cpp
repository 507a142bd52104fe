#include "bench/suite/preflight.h"

#include <gtest/gtest.h>

#include <fstream>

#include "bench/suite/temporary_folder.h"
#include "bench/suite/usage_error.h"
#include "small_suite.h"

namespace bench {
namespace {

TEST(Preflight, RequiresOnlyTheBinariesOfThePlan) {
    const TemporaryFolder folder;
    const Suite suite = test::small_suite();
    const std::filesystem::path cpu = binary_path(folder.path(), workloads::Group::cpu);
    EXPECT_EQ(cpu.filename(), "bench_cpu");
    std::ofstream{cpu} << "#!/bin/sh\n";
    const Plan of_cpu = make_plan(suite, {{"primes"}, {}, ""}, 1);
    EXPECT_NE(test::complaint([&] { require_binaries(folder.path(), of_cpu); }), "") << "it is not executable";
    std::filesystem::permissions(cpu, std::filesystem::perms::owner_all);
    EXPECT_EQ(test::complaint([&] { require_binaries(folder.path(), of_cpu); }), "");
    const std::string said = test::complaint([&] { require_binaries(folder.path(), make_plan(suite, {}, 1)); });
    EXPECT_EQ(said, "there is no program " + (folder.path() / "bench_io").string() +
                        ": build it (cmake --build), or name its folder with --binaries");
}

TEST(Preflight, AnExistingFileIsKept) {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "a.json";
    EXPECT_EQ(new_output(file), file);
    std::ofstream{file} << "precious";
    EXPECT_NE(test::complaint([&] { static_cast<void>(new_output(file)); }).find("exists"), std::string::npos);
    EXPECT_NE(test::complaint([&] { static_cast<void>(new_output(folder.path() / "b" / "c.json")); }).find("make it"),
              std::string::npos);
}

TEST(TemporaryFolderTest, LeavesNothing) {
    std::filesystem::path path;
    {
        const TemporaryFolder folder;
        path = folder.path();
        std::filesystem::create_directories(path / "a" / "b");
        std::ofstream{path / "a" / "c"} << "text";
        folder.empty();
        EXPECT_TRUE(std::filesystem::is_empty(path));
        std::ofstream{path / "d"} << "text";
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace bench
