#include "sys/epoll_wait.h"

#include <poll.h>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace sys {
namespace {

int wait_by_epoll_wait(int epoll, std::span<epoll_event> events, std::optional<Nanoseconds> timeout) noexcept {
    const auto size = static_cast<int>(events.size());
    if (!timeout) return ::epoll_wait(epoll, events.data(), size, -1);
    if (timeout->count() > 0) {
        const timespec limit = to_timespec(*timeout);
        pollfd one{epoll, POLLIN, 0};
        if (const int ready = ::ppoll(&one, 1, &limit, nullptr); ready <= 0) return ready;
    }
    return ::epoll_wait(epoll, events.data(), size, 0);
}

}  // namespace

std::string_view to_string(EpollWait way) noexcept {
    return way == EpollWait::epoll_pwait2 ? "epoll_pwait2" : "ppoll and epoll_wait";
}

EpollWait best_epoll_wait() {
    static const EpollWait best = [] {
        const UniqueFd epoll{check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
        epoll_event event{};
        const timespec at_once{};
        // ENOSYS; EPERM, from container runtimes that are older than the call.
        const bool has_it = ::epoll_pwait2(epoll.get(), &event, 1, &at_once, nullptr) == 0;
        return has_it ? EpollWait::epoll_pwait2 : EpollWait::ppoll_and_epoll_wait;
    }();
    return best;
}

int epoll_wait(EpollWait way, int epoll, std::span<epoll_event> events, std::optional<Nanoseconds> timeout) noexcept {
    if (way == EpollWait::ppoll_and_epoll_wait) return wait_by_epoll_wait(epoll, events, timeout);
    const timespec limit = to_timespec(timeout.value_or(Nanoseconds{0}));
    return ::epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()), timeout ? &limit : nullptr, nullptr);
}

}  // namespace sys
