#include "sys/limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "sys/check.h"
#include "sys/control_group.h"

namespace sys {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// Reads a file that holds one number. No such file means no limit.
std::size_t read_limit(const std::string& path) {
    std::ifstream file{path};
    std::size_t limit = unlimited;
    return file >> limit ? limit : unlimited;
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

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries{"/proc/self/fd"};
    // Without the descriptor of the iterator itself.
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries))) - 1;
}

}  // namespace sys
