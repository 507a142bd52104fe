// The contract of Poller, over every poller.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "continuations.h"
#include "models/loop/pollers.h"
#include "sys/tcp.h"

namespace models {
namespace {

using std::chrono::milliseconds;

TEST(Interest, IsASet) {
    EXPECT_EQ(Interest::readable | Interest::writable, Interest::both);
    EXPECT_EQ(Interest::none | Interest::readable, Interest::readable);
    EXPECT_EQ(interest_of(true, false), Interest::readable);
    EXPECT_EQ(interest_of(true, true), Interest::both);
    EXPECT_TRUE(includes(Interest::both, Interest::readable));
    EXPECT_TRUE(includes(Interest::both, Interest::writable));
    EXPECT_FALSE(includes(Interest::readable, Interest::writable));
    EXPECT_FALSE(includes(Interest::none, Interest::both));
}

struct Kind {
    std::string name;
    std::unique_ptr<Poller> (*make)();
    bool asks_the_kernel = true;  // it knows what is ready, and waits for it
    bool is_epoll = false;
};
const std::vector<Kind> kinds{
    {.name = "epoll", .make = make_epoll_poller, .is_epoll = true},
    {.name = "epoll_shared", .make = make_sharing_epoll_poller, .is_epoll = true},
    {.name = "epoll_et", .make = make_edge_triggered_epoll_poller, .is_epoll = true},
    {.name = "poll", .make = make_poll_poller},
    {.name = "select", .make = make_select_poller},
    {.name = "nonblocking", .make = make_repeating_poller, .asks_the_kernel = false},
};

class AnyPoller : public testing::TestWithParam<Kind> {
protected:
    // What the poller reports for a descriptor, without waiting.
    Interest ready(const sys::UniqueFd& descriptor) {
        std::vector<Ready> found;
        poller_->wait(sys::Nanoseconds{0}, found);
        const auto one = std::ranges::find(found, descriptor.get(), &Ready::descriptor);
        return one == found.end() ? Interest::none : one->interest;
    }

    std::unique_ptr<Poller> poller_ = GetParam().make();
    SocketPair pair_;
};
class KernelPoller : public AnyPoller {};
class LevelTriggeredPoller : public AnyPoller {};
class EdgeTriggeredPoller : public AnyPoller {};
class EpollPoller : public AnyPoller {};

TEST_P(AnyPoller, ChangesTheInterestOfAKnownDescriptor) {
    SocketPair::write(pair_.far, "x");
    poller_->watch(pair_.near.get(), Interest::writable, false);
    EXPECT_EQ(ready(pair_.near), Interest::writable);
    poller_->watch(pair_.near.get(), Interest::readable, true);
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    poller_->watch(pair_.near.get(), Interest::both, true);
    EXPECT_EQ(ready(pair_.near), Interest::both);
}

TEST_P(AnyPoller, AHangUpIsReadyForBoth) {
    poller_->watch(pair_.near.get(), Interest::both, false);
    SocketPair::fill(pair_.near);
    pair_.far.reset();
    EXPECT_EQ(ready(pair_.near), Interest::both);
}

TEST_P(AnyPoller, ForgetsADescriptorAndWatchesItAgain) {
    const SocketPair other;
    SocketPair::write(pair_.far, "x");
    SocketPair::write(other.far, "x");
    poller_->watch(pair_.near.get(), Interest::readable, false);
    poller_->watch(other.near.get(), Interest::readable, false);
    poller_->forget(pair_.near.get());
    EXPECT_EQ(ready(pair_.near), Interest::none);
    poller_->watch(pair_.near.get(), Interest::readable, false);
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    poller_->forget(pair_.near.get());
    poller_->forget(other.near.get());
    EXPECT_EQ(ready(other.near), Interest::none);
}

TEST_P(AnyPoller, AppendsTheReadyDescriptors) {
    std::vector<Ready> found{{77, Interest::writable}};
    poller_->watch(pair_.near.get(), Interest::writable, false);
    poller_->wait(std::nullopt, found);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].descriptor, 77);
    EXPECT_EQ(found[1].descriptor, pair_.near.get());
}

TEST_P(KernelPoller, ReportsAReadableDescriptor) {
    poller_->watch(pair_.near.get(), Interest::readable, false);
    EXPECT_EQ(ready(pair_.near), Interest::none);
    SocketPair::write(pair_.far, "x");
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    SocketPair::drain(pair_.near);
    EXPECT_EQ(ready(pair_.near), Interest::none);
}

TEST_P(KernelPoller, ReportsAWritableDescriptor) {
    poller_->watch(pair_.near.get(), Interest::writable, false);
    EXPECT_EQ(ready(pair_.near), Interest::writable);
    SocketPair::fill(pair_.near);
    EXPECT_EQ(ready(pair_.near), Interest::none);
    SocketPair::drain(pair_.far);
    EXPECT_EQ(ready(pair_.near), Interest::writable);
}

// A signal may end a wait early (so may the end of an io_uring of an earlier test), but not every wait.
TEST_P(KernelPoller, WaitsForTheTimeoutAndNotLess) {
    std::vector<Ready> found;
    int whole_waits = 0;
    for (int i = 0; i < 5; ++i) {
        const sys::TimePoint end = sys::now() + milliseconds{2};
        poller_->wait(milliseconds{2}, found);
        if (sys::now() >= end) ++whole_waits;
    }
    EXPECT_GT(whole_waits, 0);
    EXPECT_TRUE(found.empty());
}

TEST_P(LevelTriggeredPoller, ReportsADescriptorAsLongAsItIsReady) {
    EXPECT_FALSE(poller_->edge_triggered());
    SocketPair::write(pair_.far, "x");
    poller_->watch(pair_.near.get(), Interest::readable, false);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ready(pair_.near), Interest::readable);
}

TEST_P(EdgeTriggeredPoller, ReportsADescriptorOnceUntilMoreComes) {
    SocketPair::write(pair_.far, "x");
    poller_->watch(pair_.near.get(), Interest::readable, false);
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    EXPECT_EQ(ready(pair_.near), Interest::none);
    SocketPair::write(pair_.far, "y");
    EXPECT_EQ(ready(pair_.near), Interest::readable);
}

TEST_P(EdgeTriggeredPoller, ReportsTheEndOfTheStreamWithTheData) {
    poller_->watch(pair_.near.get(), Interest::readable, false);
    SocketPair::write(pair_.far, "x");
    pair_.far.reset();
    std::vector<Ready> found;
    poller_->wait(sys::Nanoseconds{0}, found);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].hung_up);
}

TEST_P(EpollPoller, ThrowsIfTheKernelRefuses) {
    EXPECT_THROW(poller_->watch(-1, Interest::readable, false), std::system_error);
    EXPECT_THROW(poller_->watch(pair_.near.get(), Interest::readable, true), std::system_error);
}

TEST_P(KernelPoller, ReportsAConnectionOfASharedListener) {
    const sys::UniqueFd listener = sys::listen_on({}, 4);
    poller_->watch_shared(listener.get());
    EXPECT_EQ(ready(listener), Interest::none);
    const sys::UniqueFd client = sys::tcp_socket();
    const sockaddr_in address = sys::local_endpoint(listener.get()).native();
    sys::check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
    EXPECT_TRUE(includes(ready(listener), Interest::readable));
    poller_->forget(listener.get());
    EXPECT_EQ(ready(listener), Interest::none);
}

// The kernel refuses to change a registration with EPOLLEXCLUSIVE, and only such a one.
TEST(SharingPoller, AloneRegistersListenersSoThatAConnectionWakesOneLoop) {
    const sys::UniqueFd listener = sys::listen_on({}, 4);
    const auto sharing = make_sharing_epoll_poller();
    const auto alone = make_epoll_poller();
    EXPECT_TRUE(sharing->shares_listeners());
    EXPECT_FALSE(alone->shares_listeners());
    for (Poller* const poller : {sharing.get(), alone.get()}) poller->watch_shared(listener.get());
    EXPECT_THROW(sharing->watch(listener.get(), Interest::readable, true), std::system_error);
    EXPECT_NO_THROW(alone->watch(listener.get(), Interest::readable, true));
}

template <class Wanted>
auto kinds_that(Wanted wanted) {
    std::vector<Kind> some;
    std::ranges::copy_if(kinds, std::back_inserter(some), wanted);
    return testing::ValuesIn(some);
}
std::string name_of(const testing::TestParamInfo<Kind>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(All, AnyPoller, testing::ValuesIn(kinds), name_of);
INSTANTIATE_TEST_SUITE_P(All, KernelPoller, kinds_that([](const Kind& kind) { return kind.asks_the_kernel; }), name_of);
INSTANTIATE_TEST_SUITE_P(All, LevelTriggeredPoller,
                         kinds_that([](const Kind& kind) { return kind.asks_the_kernel && kind.name != "epoll_et"; }),
                         name_of);
INSTANTIATE_TEST_SUITE_P(All, EdgeTriggeredPoller, kinds_that([](const Kind& kind) { return kind.name == "epoll_et"; }),
                         name_of);
INSTANTIATE_TEST_SUITE_P(All, EpollPoller, kinds_that([](const Kind& kind) { return kind.is_epoll; }), name_of);

}  // namespace
}  // namespace models
