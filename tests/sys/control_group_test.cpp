#include "sys/control_group.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace sys {
namespace {

namespace fs = std::filesystem;

// A folder like /sys/fs/cgroup, which a test fills.
class Mount : public testing::Test {
protected:
    ~Mount() override { fs::remove_all(mount_); }
    void write(const fs::path& file, const std::string& text) {
        fs::create_directories((mount_ / file).parent_path());
        std::ofstream{mount_ / file} << text << '\n';
    }
    [[nodiscard]] const fs::path& mount() const { return mount_; }
    [[nodiscard]] std::optional<CpuQuota> quota(const std::string& proc_self_cgroup) const {
        return cpu_quota(control_groups("cpu", proc_self_cgroup, mount_));
    }

private:
    fs::path mount_ = [] {
        std::string name = (fs::temp_directory_path() / "concur-cgroup-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
        return fs::path{name};
    }();
};

using ControlGroupsTest = Mount;
using CpuQuotaTest = Mount;

TEST_F(ControlGroupsTest, AreThoseOfTheProcessAndOfItsAncestorsTheInnermostFirst) {
    fs::create_directories(mount() / "outer/inner");
    const ControlGroups groups = control_groups("cpu", "0::/outer/inner\n", mount());
    EXPECT_FALSE(groups.version_1);
    EXPECT_EQ(groups.folders, (std::vector<fs::path>{mount() / "outer/inner", mount() / "outer", mount() / ""}));
}

TEST_F(ControlGroupsTest, LeaveOutWhatIsNotMounted) {
    // As in a container that sees only its own part of the tree.
    const ControlGroups groups = control_groups("cpu", "0::/../outside/group\n", mount());
    EXPECT_EQ(groups.folders, (std::vector<fs::path>{mount() / ""}));
}

TEST_F(ControlGroupsTest, AreThoseOfVersion1IfItHasTheController) {
    fs::create_directories(mount() / "cpu/outer");
    fs::create_directories(mount() / "unified/outer");
    const std::string both = "2:cpu,cpuacct:/outer\n0::/outer\n";
    EXPECT_TRUE(control_groups("cpu", both, mount()).version_1);
    EXPECT_EQ(control_groups("cpu", both, mount()).folders.front(), mount() / "cpu/outer");
    EXPECT_FALSE(control_groups("memory", both, mount()).version_1);
    EXPECT_EQ(control_groups("memory", both, mount()).folders.front(), mount() / "unified/outer");
}

TEST_F(CpuQuotaTest, IsTheLeastOfAllAncestors) {
    write("outer/cpu.max", "150000 100000");
    write("outer/middle/cpu.max", "400000 100000");
    write("outer/middle/inner/cpu.max", "max 100000");
    const auto quota_of_all = quota("0::/outer/middle/inner\n");
    ASSERT_TRUE(quota_of_all);
    EXPECT_DOUBLE_EQ(quota_of_all->cpus(), 1.5);
}

TEST_F(CpuQuotaTest, IsThereOnlyIfAGroupHasOne) {
    write("outer/cpu.max", "max 100000");
    EXPECT_FALSE(quota("0::/outer\n"));
    EXPECT_FALSE(quota("0::/\n"));
    EXPECT_FALSE(quota(""));
}

TEST_F(CpuQuotaTest, OfVersion1IsInTwoFiles) {
    write("cpu/outer/cpu.cfs_quota_us", "50000");
    write("cpu/outer/cpu.cfs_period_us", "100000");
    write("cpu/outer/inner/cpu.cfs_quota_us", "-1");
    write("cpu/outer/inner/cpu.cfs_period_us", "100000");
    const auto found = quota("4:cpu,cpuacct:/outer/inner\n");
    ASSERT_TRUE(found);
    EXPECT_DOUBLE_EQ(found->cpus(), 0.5);
}

using LeastLimitTest = Mount;

TEST_F(LeastLimitTest, PassesOverGroupsWithoutALimit) {
    write("outer/pids.max", "300");
    write("outer/middle/pids.max", "200");
    write("outer/middle/inner/pids.max", "max");
    const ControlGroups groups = control_groups("pids", "0::/outer/middle/inner\n", mount());
    EXPECT_EQ(least_limit(groups, "pids.max"), std::optional<std::size_t>{200});
    EXPECT_EQ(least_limit(groups, "memory.max"), std::nullopt);
}

}  // namespace
}  // namespace sys
