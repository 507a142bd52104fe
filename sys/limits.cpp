#include "sys/limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "sys/check.h"

namespace sys {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// Reads a file that holds one number. "max" in the file, or no such file, means no limit.
std::size_t read_limit(const std::string& path) {
    std::ifstream file{path};
    std::size_t limit = unlimited;
    return file >> limit ? limit : unlimited;
}

// The folder of this process' control group. In version 2, /proc/self/cgroup has the line "0::/path". Empty if there is
// none.
std::string cgroup_path() {
    std::ifstream file{"/proc/self/cgroup"};
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("0::")) return "/sys/fs/cgroup" + line.substr(3);
    }
    return {};
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
    const std::string cgroup = cgroup_path();
    return std::min({own, read_limit("/proc/sys/kernel/pid_max"), read_limit("/proc/sys/kernel/threads-max"),
                     cgroup.empty() ? unlimited : read_limit(cgroup + "/pids.max")});
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator entries{"/proc/self/fd"};
    // Without the descriptor of the iterator itself.
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries))) - 1;
}

}  // namespace sys
