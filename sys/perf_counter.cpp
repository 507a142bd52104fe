#include "sys/perf_counter.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "sys/check.h"
#include "sys/child_process.h"
#include "sys/shared_memory.h"

namespace sys {
namespace {

// The tracepoint's number in the running kernel. `tracing` is where tracefs is mounted; 0 if it is not mounted there.
std::uint64_t read_id(const std::string& tracing) {
    std::ifstream file{tracing + "/events/raw_syscalls/sys_enter/id"};
    std::uint64_t id = 0;
    file >> id;
    return id;
}

std::uint64_t system_calls_id() {
    const std::string tracing = "/sys/kernel/tracing";
    for (const std::string& place : {tracing, std::string{"/sys/kernel/debug/tracing"}}) {
        if (const std::uint64_t id = read_id(place)) return id;
    }
    // tracefs is not mounted. A child mounts it in its own mount namespace, so that the machine does not change. This
    // succeeds only for root.
    const Shared<std::uint64_t> found;
    ChildProcess child = ChildProcess::fork([&] {
        const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                             ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                             ::mount("nodev", tracing.c_str(), "tracefs", 0, nullptr) == 0;
        if (mounted) *found = read_id(tracing);
    });
    child.wait();
    return *found;
}

}  // namespace

PerfCounter::PerfCounter(Event event, pid_t thread) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.inherit = 1;
    if (event != Event::system_calls) {
        attributes.type = PERF_TYPE_SOFTWARE;
        attributes.config = event == Event::switches ? PERF_COUNT_SW_CONTEXT_SWITCHES : PERF_COUNT_SW_CPU_MIGRATIONS;
    } else {
        attributes.type = PERF_TYPE_TRACEPOINT;
        attributes.config = system_calls_id();
        if (attributes.config == 0) {
            reason_ = "not permitted: cannot read the tracepoint raw_syscalls:sys_enter (tracefs)";
            return;
        }
    }
    constexpr int any_cpu = -1;
    constexpr int no_group = -1;
    descriptor_ = UniqueFd{
        static_cast<int>(::syscall(SYS_perf_event_open, &attributes, thread, any_cpu, no_group, PERF_FLAG_FD_CLOEXEC))};
    if (!descriptor_) reason_ = "not permitted: perf_event_open: " + error_text(errno);
}

std::optional<std::int64_t> PerfCounter::read() const {
    std::int64_t count = 0;
    if (!descriptor_ || ::read(descriptor_.get(), &count, sizeof count) != sizeof count) return std::nullopt;
    return count;
}

}  // namespace sys
