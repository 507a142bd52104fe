#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sys {

// The folders of this process's control group and of its ancestors, the innermost first, in the hierarchy that has this
// controller ("cpu", "memory", "pids"). Empty if there is none.
struct ControlGroups {
    std::vector<std::filesystem::path> folders;
    bool version_1 = false;
};
[[nodiscard]] ControlGroups control_groups(std::string_view controller);
// The same for the text of /proc/self/cgroup, and for the folder under which control groups are mounted.
[[nodiscard]] ControlGroups control_groups(std::string_view controller, std::string_view proc_self_cgroup,
                                           const std::filesystem::path& mount);

// A quota of CPU time: so much in each period.
struct CpuQuota {
    double quota_us;
    double period_us;
    [[nodiscard]] double cpus() const noexcept { return quota_us / period_us; }
};
// The least quota of the groups, since each binds its descendants. Nullopt: no limit, or none can be read.
[[nodiscard]] std::optional<CpuQuota> cpu_quota(const ControlGroups& of_cpu);
// The least limit in a file that holds one number or "max". Nullopt as above.
[[nodiscard]] std::optional<std::size_t> least_limit(const ControlGroups& groups, const std::string& file);

// The CPUs of the calling thread's affinity, but no more than the quota pays for; at least 1.
[[nodiscard]] std::size_t usable_cpu_count();

}  // namespace sys
