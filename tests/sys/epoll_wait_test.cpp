#include "sys/epoll_wait.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace sys {
namespace {

class EpollWaiting : public testing::TestWithParam<EpollWait> {
protected:
    EpollWaiting() {
        epoll_event event{};
        event.events = EPOLLIN;
        check(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, source_.get(), &event), "epoll_ctl");
    }
    int wait(std::optional<Nanoseconds> timeout) { return epoll_wait(GetParam(), epoll_.get(), events_, timeout); }
    void make_ready() { check(::eventfd_write(source_.get(), 1), "eventfd_write"); }

    UniqueFd epoll_{check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    UniqueFd source_{check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
    std::array<epoll_event, 4> events_{};
};

TEST_P(EpollWaiting, FindsNothingWithoutWaiting) { EXPECT_EQ(wait(Nanoseconds{0}), 0); }

TEST_P(EpollWaiting, FindsWhatIsReady) {
    make_ready();
    for (const std::optional<Nanoseconds> timeout :
         {std::optional<Nanoseconds>{}, std::optional{Nanoseconds{0}}, std::optional{Nanoseconds{1'000'000'000'000}}}) {
        events_ = {};
        EXPECT_EQ(wait(timeout), 1);
        EXPECT_EQ(events_[0].events, static_cast<std::uint32_t>(EPOLLIN));
    }
}

TEST_P(EpollWaiting, NeverEndsEarly) {
    for (const Nanoseconds timeout : {Nanoseconds{1}, Nanoseconds{300'000}, Nanoseconds{1'700'000}}) {
        const TimePoint begin = now();
        EXPECT_EQ(wait(timeout), 0);
        EXPECT_GE(now() - begin, timeout);
    }
}

TEST_P(EpollWaiting, FailsWithAnErrno) {
    EXPECT_EQ(epoll_wait(GetParam(), -1, events_, std::nullopt), -1);
    EXPECT_EQ(errno, EBADF);
}

std::vector<EpollWait> ways() {
    std::vector<EpollWait> found{EpollWait::ppoll_and_epoll_wait};
    if (best_epoll_wait() == EpollWait::epoll_pwait2) found.push_back(EpollWait::epoll_pwait2);
    return found;
}
INSTANTIATE_TEST_SUITE_P(Each, EpollWaiting, testing::ValuesIn(ways()), [](const auto& way) {
    return std::string{way.param == EpollWait::epoll_pwait2 ? "epoll_pwait2" : "ppoll"};
});

}  // namespace
}  // namespace sys
