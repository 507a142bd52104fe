#include "bench/machine.h"

#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/build_info.h"
#include "bench/native/controls.h"
#include "models/table.h"
#include "sys/control_group.h"
#include "sys/cpu_set.h"
#include "sys/epoll_wait.h"
#include "sys/stack_pool.h"
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

// The least limits of the control groups, in the form of version 2: "max" for no limit, and "quota period" in
// microseconds for the CPU. Null if there are no control groups.
json cpu_quota() {
    const sys::ControlGroups groups = sys::control_groups("cpu");
    if (groups.folders.empty()) return nullptr;
    const auto quota = sys::cpu_quota(groups);
    if (!quota) return "max";
    return std::to_string(std::llround(quota->quota_us)) + " " + std::to_string(std::llround(quota->period_us));
}
json group_limit(std::string_view controller, const std::string& file, const std::string& file_of_version_1) {
    // Version 1 writes a multiple of the page size near 2^63 for no limit of memory.
    constexpr std::size_t no_limit = std::size_t{1} << 62U;
    const sys::ControlGroups groups = sys::control_groups(controller);
    if (groups.folders.empty()) return nullptr;
    const auto limit = sys::least_limit(groups, groups.version_1 ? file_of_version_1 : file);
    return limit && *limit < no_limit ? std::to_string(*limit) : "max";
}

json describe_topology(const MachineCpus& cpus) {
    const Topology::Counts counts = cpus.topology.counts();
    return {{"packages", counts.packages}, {"numa_nodes", counts.numa_nodes},
            {"cores", counts.cores},       {"hardware_threads", counts.hardware_threads},
            {"kinds", counts.kinds},       {"usable", to_text(cpus.usable)}};
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

json describe_machine(const MachineCpus* cpus) {
    utsname system{};
    ::uname(&system);
    const sys::CpuSet affinity = sys::current_affinity();
    return {{"kernel", system.release},
            {"cpu", cpu_model(system)},
            {"cpus_online", ::sysconf(_SC_NPROCESSORS_ONLN)},
            {"cpus_usable", cpus != nullptr ? json(cpus->usable.size()) : json()},
            {"topology", cpus != nullptr ? describe_topology(*cpus) : json()},
            {"affinity", affinity},
            {"memory_bytes", std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE)},
            {"descriptor_limit", descriptor_limit()},
            {"epoll_wait", sys::to_string(sys::best_epoll_wait())},
            {"stack_guard", sys::to_string(sys::best_stack_guard())},
            {"governor", governor(affinity)},
            {"mitigations", mitigations()},
            {"cgroup",
             {{"cpu_max", cpu_quota()},
              {"memory_max", group_limit("memory", "memory.max", "memory.limit_in_bytes")},
              {"pids_max", group_limit("pids", "pids.max", "pids.max")}}},
            {"sysctl", sysctls()}};
}

json describe_build() {
    return {{"compiler", build_info::compiler},
            {"flags", std::string{build_info::flags} + " " + std::string{build_info::configuration_flags}},
            {"build_type", build_info::build_type},
            {"git_revision", build_info::git_revision},
            {"libraries",
             {{"benchmark", build_info::benchmark_version},
              {"cli11", build_info::cli11_version},
              {"glibc", ::gnu_get_libc_version()},
              {"hwloc", hwloc_version()},
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
