#include "bench/machine.h"

#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/build_info.h"
#include "bench/native/controls.h"
#include "models/table.h"
#include "sys/cpu_set.h"
#include "tasks/lookup.h"
#include "workloads/table.h"

namespace bench {
namespace {

using nlohmann::json;

// The first line of a file in /proc or /sys, with blanks in place of tabs; nullopt if the file cannot be read.
std::optional<std::string> read_line(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    std::ranges::replace(line, '\t', ' ');
    return line;
}

json or_null(std::optional<std::string> text) { return text ? json(*std::move(text)) : json(); }

std::string cpu_model(const utsname& system) {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const std::size_t start = line.find_first_not_of(' ', line.find(':') + 1);
        if (start != std::string::npos) return line.substr(start);
    }
    // On Arm, /proc/cpuinfo names no model.
    return system.machine;
}

// The governors of the CPUs that this process may use: "performance", or "performance, powersave" if they differ.
json governor(const sys::CpuSet& cpus) {
    std::vector<std::string> governors;
    for (const int cpu : cpus) {
        auto governor = read_line("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/scaling_governor");
        if (governor && std::ranges::find(governors, *governor) == governors.end()) {
            governors.push_back(*std::move(governor));
        }
    }
    if (governors.empty()) return nullptr;
    return tasks::join_names(governors);
}

json mitigations() {
    json result = json::object();
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator{"/sys/devices/system/cpu/vulnerabilities", error}) {
        if (auto line = read_line(file.path())) result[file.path().filename().string()] = *std::move(line);
    }
    return result;
}

json sysctls() {
    json result = json::object();
    for (const char* const name :
         {"net.ipv4.ip_local_port_range", "net.ipv4.tcp_tw_reuse", "net.core.somaxconn", "kernel.io_uring_disabled"}) {
        std::string path{name};
        std::ranges::replace(path, '.', '/');
        result[name] = or_null(read_line("/proc/sys/" + path));
    }
    return result;
}

// The hard limit: the benchmarks raise their soft limit to it. "No limit" is the greatest signed number here.
std::int64_t descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<std::int64_t>(std::min<rlim_t>(limit.rlim_max, std::numeric_limits<std::int64_t>::max()));
}

using ReadLimit = std::optional<std::string> (*)(const std::filesystem::path& group);

// Limits of control groups, version 1, in the form of version 2: "max" for no limit, and "quota period" in microseconds
// for the CPU. Version 1 has quota and period in two files, and its own word for "no limit" in each file.
std::optional<std::string> read_cpu_quota(const std::filesystem::path& group) {
    const auto quota = read_line(group / "cpu.cfs_quota_us");
    const auto period = read_line(group / "cpu.cfs_period_us");
    if (!quota || !period) return std::nullopt;
    return quota->starts_with('-') ? "max" : *quota + " " + *period;
}
std::optional<std::string> read_memory_limit(const std::filesystem::path& group) {
    const auto bytes = read_line(group / "memory.limit_in_bytes");
    // "No limit" is the greatest multiple of the page size.
    return bytes && bytes->size() >= 19 ? "max" : bytes;
}
std::optional<std::string> read_process_limit(const std::filesystem::path& group) {
    return read_line(group / "pids.max");
}

// The limit of the group, or of its nearest ancestor with a limit other than "max". "max" if none has such a limit;
// nullopt if no limit can be read.
std::optional<std::string> nearest_limit(const std::filesystem::path& mount, const std::string& group, auto read) {
    std::optional<std::string> limit;
    for (std::filesystem::path path = group;; path = path.parent_path()) {
        auto found = read(mount / path.relative_path());
        if (found) limit = std::move(found);
        if ((limit && limit != "max") || !path.has_relative_path()) return limit;
    }
}

// A line of /proc/self/cgroup is "number:controllers:path"; in version 2 the controllers are empty. Both versions may
// be mounted at once; a controller belongs to one of them.
json control_group_limit(std::string_view controller, const char* file, ReadLimit read_version_1) {
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string group = line.substr(second + 1);
        std::optional<std::string> limit;
        if (controllers.empty()) {
            const auto read = [file](const std::filesystem::path& path) { return read_line(path / file); };
            limit = nearest_limit("/sys/fs/cgroup", group, read);
            if (!limit) limit = nearest_limit("/sys/fs/cgroup/unified", group, read);
        } else if (("," + controllers + ",").find("," + std::string{controller} + ",") != std::string::npos) {
            limit = nearest_limit("/sys/fs/cgroup/" + controllers, group, read_version_1);
        }
        if (limit) return *std::move(limit);
    }
    return nullptr;
}

std::string nlohmann_json_version() {
    return std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." + std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." +
           std::to_string(NLOHMANN_JSON_VERSION_PATCH);
}

json describe_model(const models::Entry& entry) {
    // A model that cannot do the smallest job is not available on this machine.
    const models::Support support =
        entry.support({.tasks_at_once = 1, .descriptors_per_task = 1}, tasks::complete(entry.parameters, {}));
    return {{"name", entry.name},       {"family", models::to_string(entry.family)},
            {"carrier", entry.carrier}, {"wait_mechanism", entry.wait_mechanism},
            {"summary", entry.summary}, {"available", static_cast<bool>(support)},
            {"reason", support.reason}};
}

json describe_absent(const models::Absent& absent) {
    return {{"name", absent.name},
            {"family", models::to_string(absent.family)},
            {"carrier", ""},
            {"wait_mechanism", ""},
            {"summary", ""},
            {"available", false},
            {"reason", "built without " + std::string{absent.libraries}}};
}

}  // namespace

json describe_machine() {
    utsname system{};
    ::uname(&system);
    const sys::CpuSet affinity = sys::current_affinity();
    return {{"kernel", system.release},
            {"cpu", cpu_model(system)},
            {"cpus_online", ::sysconf(_SC_NPROCESSORS_ONLN)},
            {"affinity", affinity},
            {"memory_bytes", std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE)},
            {"descriptor_limit", descriptor_limit()},
            {"governor", governor(affinity)},
            {"mitigations", mitigations()},
            {"cgroup",
             {{"cpu_max", control_group_limit("cpu", "cpu.max", read_cpu_quota)},
              {"memory_max", control_group_limit("memory", "memory.max", read_memory_limit)},
              {"pids_max", control_group_limit("pids", "pids.max", read_process_limit)}}},
            {"sysctl", sysctls()}};
}

json describe_build() {
    return {{"compiler", build_info::compiler},
            {"flags", build_info::flags},
            {"build_type", build_info::build_type},
            {"git_revision", build_info::git_revision},
            {"libraries",
             {{"benchmark", build_info::benchmark_version},
              {"cli11", build_info::cli11_version},
              {"glibc", ::gnu_get_libc_version()},
              {"nlohmann_json", nlohmann_json_version()}}}};
}

json describe_models() {
    json result = json::array();
    for (const auto entries : {models::table(), native_controls()}) {
        for (const models::Entry* const entry : entries) result.push_back(describe_model(*entry));
    }
    for (const models::Absent& absent : models::absent()) result.push_back(describe_absent(absent));
    return result;
}

std::string host_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

json describe_workloads() {
    json result = json::array();
    for (const workloads::Entry* const entry : workloads::table()) {
        result.push_back({{"name", entry->name},
                          {"group", workloads::to_string(entry->group)},
                          {"unit", entry->unit},
                          {"timed", entry->kept_open != nullptr ? "windows" : "runs"},
                          {"summary", entry->summary}});
    }
    return result;
}

}  // namespace bench
