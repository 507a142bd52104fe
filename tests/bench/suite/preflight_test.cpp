#include "bench/suite/preflight.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "bench/suite/usage_error.h"
#include "small_suite.h"
#include "temporary_folder.h"

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

TEST(Preflight, AnEmptyFileAndAPipeAreWrittenInto) {
    const TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "a.json";
    std::ofstream{file} << "";
    EXPECT_EQ(new_output(file), file);
    const std::filesystem::path link = folder.path() / "latest.json";
    std::filesystem::create_symlink("b.json", link);
    EXPECT_EQ(new_output(link), link) << "the file behind it is not there yet";
    EXPECT_EQ(new_output("/dev/null"), "/dev/null");
    std::ofstream{folder.path() / "b.json"} << "precious";
    EXPECT_NE(test::complaint([&] { static_cast<void>(new_output(link)); }).find("exists"), std::string::npos);
}

TEST(Preflight, TwoRunsInOneSecondHaveTwoNames) {
    const TemporaryFolder folder;
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    std::set<std::filesystem::path> names;
    for (int run = 0; run < 5; ++run) names.insert(new_output({}));
    std::filesystem::current_path(before);
    EXPECT_EQ(names.size(), 5U);
}

}  // namespace
}  // namespace bench
