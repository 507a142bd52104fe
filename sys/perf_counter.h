#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "sys/unique_fd.h"

namespace sys {

// A counter of the kernel (perf_event_open). It counts for one thread, and for all threads and processes that this
// thread starts while the counter exists. What they counted stays in the count after they have ended.
class PerfCounter {
public:
    enum class Event {
        system_calls,    // the tracepoint raw_syscalls:sys_enter
        switches,        // a thread leaves its CPU, because it waits or because another one is preferred
        cpu_migrations,  // a thread moves to another CPU
    };

    // Starts counting for `thread` (0: the calling thread; a process's first thread has the number of the process). If
    // the kernel does not permit it, the counter counts nothing and has a reason().
    // While a counter of system calls exists, all system calls of all processes on the machine are slower, because they
    // take the kernel's slow path. So measure no times meanwhile.
    explicit PerfCounter(Event event, pid_t thread = 0);

    // The count until now; nullopt if the counter does not count.
    [[nodiscard]] std::optional<std::int64_t> read() const;
    // Why the counter does not count; empty if it counts.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
    UniqueFd descriptor_;
    std::string reason_;
};

}  // namespace sys
