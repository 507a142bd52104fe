#include "sys/control_group.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "sys/cpu_set.h"

namespace sys {
namespace {

namespace fs = std::filesystem;

// The group and its ancestors below the mount point. In a container a group's path may lead out of what is mounted:
// then only the folders that exist count.
std::vector<fs::path> folders_of(const fs::path& mount, const std::string& group) {
    std::vector<fs::path> folders;
    for (fs::path path = fs::path{group}.lexically_normal();; path = path.parent_path()) {
        fs::path folder = mount / path.relative_path();
        std::error_code error;
        if (fs::is_directory(folder, error)) folders.push_back(std::move(folder));
        if (!path.has_relative_path()) return folders;
    }
}

std::optional<double> read_number(const fs::path& path) {
    std::ifstream file{path};
    double number = 0;
    return file >> number ? std::optional{number} : std::nullopt;
}

std::optional<CpuQuota> read_quota(const fs::path& folder, bool version_1) {
    std::optional<double> quota;
    std::optional<double> period;
    if (version_1) {
        quota = read_number(folder / "cpu.cfs_quota_us");
        period = read_number(folder / "cpu.cfs_period_us");
    } else {
        // "quota period", or "max period". The root group has no such file.
        std::ifstream file{folder / "cpu.max"};
        double quota_us = 0;
        double period_us = 0;
        if (file >> quota_us >> period_us) {
            quota = quota_us;
            period = period_us;
        }
    }
    // Version 1 writes -1 for no limit.
    if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
    return CpuQuota{*quota, *period};
}

bool lists(const std::string& controllers, std::string_view controller) {
    return ("," + controllers + ",").find("," + std::string{controller} + ",") != std::string::npos;
}

}  // namespace

ControlGroups control_groups(std::string_view controller) {
    std::ifstream file{"/proc/self/cgroup"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return control_groups(controller, text, "/sys/fs/cgroup");
}

// A line is "number:controllers:path"; in version 2 the controllers are empty. Both versions may be mounted at once; a
// controller belongs to one of them.
ControlGroups control_groups(std::string_view controller, std::string_view proc_self_cgroup, const fs::path& mount) {
    ControlGroups of_version_2;
    std::istringstream lines{std::string{proc_self_cgroup}};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        if (lists(controllers, controller)) return {folders_of(mount / controller, group), true};
        if (!controllers.empty()) continue;
        // Beside version 1, version 2 has a folder of its own.
        std::error_code error;
        const bool beside = fs::is_directory(mount / "unified", error);
        of_version_2.folders = folders_of(beside ? mount / "unified" : mount, group);
    }
    return of_version_2;
}

std::optional<CpuQuota> cpu_quota(const ControlGroups& of_cpu) {
    std::optional<CpuQuota> least;
    for (const fs::path& folder : of_cpu.folders) {
        const auto quota = read_quota(folder, of_cpu.version_1);
        if (quota && (!least || quota->cpus() < least->cpus())) least = quota;
    }
    return least;
}

std::optional<std::size_t> least_limit(const ControlGroups& groups, const std::string& file) {
    std::optional<std::size_t> least;
    for (const fs::path& folder : groups.folders) {
        std::ifstream stream{folder / file};
        std::size_t limit = 0;
        if (stream >> limit) least = std::min(least.value_or(limit), limit);
    }
    return least;
}

std::size_t usable_cpu_count() {
    const std::size_t allowed = current_affinity().size();
    const auto quota = cpu_quota(control_groups("cpu"));
    if (!quota || quota->cpus() >= static_cast<double>(allowed)) return allowed;
    return std::max<std::size_t>(1, static_cast<std::size_t>(quota->cpus()));
}

}  // namespace sys
