#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

#include "models/loop/poller.h"
#include "sys/check.h"
#include "sys/epoll_wait.h"
#include "sys/unique_fd.h"

namespace models {

enum class Trigger { level, edge };
enum class Listeners { own, shared };  // shared with other loops

// epoll (Linux 2.6; epoll_pwait2, whose timeout is in nanoseconds, since 5.11; sys/epoll_wait.h says what is done
// without it), for the models epoll and epoll_et, and for models with several loops.
template <Trigger trigger>
class EpollPoller final : public Poller {
public:
    explicit EpollPoller(Listeners listeners = Listeners::own, sys::EpollWait way = sys::best_epoll_wait())
        : listeners_{listeners}, way_{way} {}

    bool edge_triggered() const noexcept override { return trigger == Trigger::edge; }
    bool shares_listeners() const noexcept override { return listeners_ == Listeners::shared; }

    void watch(int descriptor, Interest interest, bool known) override {
        change(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor,
               (includes(interest, Interest::readable) ? EPOLLIN | EPOLLRDHUP : 0U) |
                   (includes(interest, Interest::writable) ? EPOLLOUT : 0U) |
                   (trigger == Trigger::edge ? EPOLLET : 0U));
    }

    // EPOLLEXCLUSIVE (Linux 4.5): a connection wakes one loop that sleeps, not all. The kernel refuses it together with
    // EPOLLRDHUP, and refuses to change such a registration.
    void watch_shared(int listener) override {
        if (!shares_listeners()) return watch(listener, Interest::readable, false);
        change(EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE);
    }

    void forget(int descriptor) override {
        sys::check(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr), "epoll_ctl(EPOLL_CTL_DEL)");
    }

    void wait(Timeout timeout, std::vector<Ready>& ready) override {
        const int count = sys::epoll_wait(way_, epoll_.get(), events_, timeout);
        if (count == -1 && errno == EINTR) return;
        sys::check(count, "epoll_wait");
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events_[static_cast<std::size_t>(i)];
            const bool hung_up = trigger == Trigger::edge && (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
            ready.push_back({event.data.fd, to_interest(event.events), hung_up});
        }
    }

private:
    void change(int operation, int descriptor, std::uint32_t events) {
        epoll_event event{};
        event.events = events;
        event.data.fd = descriptor;
        sys::check(::epoll_ctl(epoll_.get(), operation, descriptor, &event), "epoll_ctl");
    }
    static Interest to_interest(std::uint32_t events) {
        constexpr std::uint32_t broken = EPOLLERR | EPOLLHUP;
        return interest_of((events & (EPOLLIN | EPOLLRDHUP | broken)) != 0, (events & (EPOLLOUT | broken)) != 0);
    }

    Listeners listeners_;
    sys::EpollWait way_;
    sys::UniqueFd epoll_{sys::check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::array<epoll_event, 512> events_{};
};

}  // namespace models
