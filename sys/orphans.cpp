#include "sys/orphans.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <vector>

namespace sys {
namespace {

// Those that have ended but are not reaped are among them. Empty if the kernel does not tell.
std::vector<pid_t> children() {
    std::ifstream list{"/proc/thread-self/children"};
    std::vector<pid_t> found;
    for (pid_t child = 0; list >> child;) found.push_back(child);
    return found;
}

}  // namespace

void adopt_orphans() noexcept { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

void end_orphans() {
    for (auto left = children(); !left.empty(); left = children()) {
        for (const pid_t child : left) {
            ::kill(child, SIGKILL);
            while (::waitpid(child, nullptr, 0) == -1 && errno == EINTR) {
            }
        }
    }
}

}  // namespace sys
