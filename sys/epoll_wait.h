#pragma once

#include <sys/epoll.h>

#include <optional>
#include <span>
#include <string_view>

#include "sys/clock.h"

namespace sys {

// How this process waits for an epoll descriptor with a timeout in nanoseconds.
enum class EpollWait {
    epoll_pwait2,          // Linux 5.11
    ppoll_and_epoll_wait,  // elsewhere: the descriptor itself can be polled. One system call more for a wait with a
                           // limit
};
[[nodiscard]] std::string_view to_string(EpollWait way) noexcept;
// The better one, if the kernel (or a sandbox around this process) allows it. The first call tries it.
[[nodiscard]] EpollWait best_epoll_wait();

// As epoll_wait(2). No timeout: without a limit. Returns the number of events, or -1 and errno.
[[nodiscard]] int epoll_wait(EpollWait way, int epoll, std::span<epoll_event> events,
                             std::optional<Nanoseconds> timeout) noexcept;

}  // namespace sys
