// Carrier: the loop's table. Waiter: epoll, level-triggered (Linux 2.6; epoll_pwait2, with its timeout in
// nanoseconds, since 5.11).
//
// The kernel keeps the interest list and queues what became ready, so that a wait costs by the number of events and
// hardly by the number of connections: the default for servers with many mostly idle connections. Its weakness is
// a system call for each change of interest, and one wait, one receive and one send for a request when few
// connections are busy. Level-triggered: what is left unread is reported again.
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "models/event_loop.h"
#include "models/pollers.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace models {
namespace {

class Epoll final : public Poller {
public:
    void watch(int descriptor, Interest interest, bool known) override {
        epoll_event event{};
        event.events = (includes(interest, Interest::readable) ? EPOLLIN | EPOLLRDHUP : 0U) |
                       (includes(interest, Interest::writable) ? EPOLLOUT : 0U);
        event.data.fd = descriptor;
        sys::check(::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
    }

    void forget(int descriptor) override {
        sys::check(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr), "epoll_ctl(EPOLL_CTL_DEL)");
    }

    void wait(Timeout timeout, std::vector<Ready>& ready) override {
        const timespec limit = sys::to_timespec(timeout.value_or(sys::Nanoseconds{0}));
        const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                         timeout ? &limit : nullptr, nullptr);
        if (count == -1 && errno == EINTR) return;
        sys::check(count, "epoll_pwait2");
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events_[static_cast<std::size_t>(i)];
            ready.push_back({event.data.fd, to_interest(event.events)});
        }
    }

private:
    static Interest to_interest(std::uint32_t events) {
        if ((events & (EPOLLERR | EPOLLHUP)) != 0) return Interest::both;
        return ((events & (EPOLLIN | EPOLLRDHUP)) != 0 ? Interest::readable : Interest::none) |
               ((events & EPOLLOUT) != 0 ? Interest::writable : Interest::none);
    }

    sys::UniqueFd epoll_{sys::check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::array<epoll_event, 512> events_{};
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() { return std::make_unique<Epoll>(); }

extern const Entry epoll;
constinit const Entry epoll{
    .name = "epoll",
    .family = Family::loops,
    .carrier = "loop's table",
    .waiter = "epoll, level-triggered",
    .summary = "one thread, event loop over epoll",
    .parameters = {},
    .support = support_one_process,
    .make = make_event_loop<Epoll>,
};

}  // namespace models
