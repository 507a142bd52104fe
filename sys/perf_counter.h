#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sys/unique_fd.h"

namespace sys {

// One of the kernel's counters (perf_event_open), of this thread and of all threads and processes that are made while
// it lives, those that have ended included.
class PerfCounter {
public:
    enum class Event {
        system_calls,    // every entry into the kernel by a call: the tracepoint raw_syscalls:sys_enter
        cpu_migrations,  // a thread goes on on another CPU
    };

    // Starts counting. Where that is not permitted the counter is there but counts nothing, and says why.
    // As long as one for system calls lives anywhere on the machine, every system call of every process takes the
    // kernel's slow path: do not time what runs meanwhile.
    explicit PerfCounter(Event event);

    // So far; nothing where it does not count.
    [[nodiscard]] std::optional<std::int64_t> read() const;
    // Why it does not count; empty where it does.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
    UniqueFd descriptor_;
    std::string reason_;
};

}  // namespace sys
