#include "sys/limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "sys/check.h"
#include "sys/control_group.h"

namespace sys {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// Reads a file that holds one number. No such file means no limit.
std::size_t read_limit(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::size_t limit = unlimited;
    return file >> limit ? limit : unlimited;
}

// A number behind its name, in a file of such lines: "MemAvailable:   123 kB", "inactive_file 4096".
std::optional<std::size_t> read_field(const std::filesystem::path& path, std::string_view name) {
    std::ifstream file{path};
    std::string key;
    std::size_t number = 0;
    for (std::string rest; file >> key >> number; std::getline(file, rest)) {
        if (key == name) return number;
    }
    return std::nullopt;
}

// What is left below the limit of this group.
std::size_t room_in(const std::filesystem::path& group, bool version_1) {
    const std::size_t limit = read_limit(group / (version_1 ? "memory.limit_in_bytes" : "memory.max"));
    if (limit == unlimited) return unlimited;
    const std::size_t used = read_limit(group / (version_1 ? "memory.usage_in_bytes" : "memory.current"));
    if (used == unlimited) return limit;
    const std::size_t dropped =
        read_field(group / "memory.stat", version_1 ? "total_inactive_file" : "inactive_file").value_or(0);
    const std::size_t kept = used - std::min(used, dropped);
    return limit - std::min(limit, kept);
}

}  // namespace

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit(RLIMIT_NOFILE)");
    if (limit.rlim_cur != limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        check(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit(RLIMIT_NOFILE)");
    }
    return limit.rlim_max;
}

std::size_t process_limit() {
    rlimit limit{};
    check(::getrlimit(RLIMIT_NPROC, &limit), "getrlimit(RLIMIT_NPROC)");
    // RLIMIT_NPROC does not limit root (CAP_SYS_RESOURCE).
    const std::size_t own = limit.rlim_cur == RLIM_INFINITY || ::geteuid() == 0 ? unlimited : limit.rlim_cur;
    return std::min({own, read_limit("/proc/sys/kernel/pid_max"), read_limit("/proc/sys/kernel/threads-max"),
                     least_limit(control_groups("pids"), "pids.max").value_or(unlimited)});
}

std::size_t mapping_limit() { return read_limit("/proc/sys/vm/max_map_count"); }

std::size_t mappings() {
    std::ifstream maps{"/proc/self/maps"};
    std::size_t lines = 0;
    for (std::string line; std::getline(maps, line);) ++lines;
    return lines;
}

std::size_t available_memory() { return available_memory(control_groups("memory"), "/proc/meminfo"); }

std::size_t available_memory(const ControlGroups& of_memory, const std::filesystem::path& meminfo) {
    constexpr std::size_t bytes_per_kib = 1024;
    std::size_t least = unlimited;
    if (const auto free_kib = read_field(meminfo, "MemAvailable:")) least = *free_kib * bytes_per_kib;
    for (const std::filesystem::path& group : of_memory.folders) {
        least = std::min(least, room_in(group, of_memory.version_1));
    }
    return least;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries{"/proc/self/fd"};
    // Without the descriptor of the iterator itself.
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries))) - 1;
}

}  // namespace sys
