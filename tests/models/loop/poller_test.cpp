// The contract of Poller, over the one that can be had by itself. The others are behind their models, where the
// tests of the models meet them.
#include <gtest/gtest.h>

#include <algorithm>
#include <system_error>

#include "continuations.h"
#include "models/loop/pollers.h"

namespace models {
namespace {

using std::chrono::milliseconds;

TEST(Interest, IsASet) {
    EXPECT_EQ(Interest::readable | Interest::writable, Interest::both);
    EXPECT_EQ(Interest::none | Interest::readable, Interest::readable);
    EXPECT_TRUE(includes(Interest::both, Interest::readable));
    EXPECT_TRUE(includes(Interest::both, Interest::writable));
    EXPECT_FALSE(includes(Interest::readable, Interest::writable));
    EXPECT_FALSE(includes(Interest::none, Interest::both));
}

class EpollPoller : public testing::Test {
protected:
    // What is ready now for a descriptor.
    Interest ready(const sys::UniqueFd& descriptor) {
        std::vector<Ready> found;
        poller_->wait(sys::Nanoseconds{0}, found);
        const auto one = std::ranges::find(found, descriptor.get(), &Ready::descriptor);
        return one == found.end() ? Interest::none : one->interest;
    }

    std::unique_ptr<Poller> poller_ = make_epoll_poller();
    SocketPair pair_;
};

TEST_F(EpollPoller, TellsWhatIsReadableAndGoesOnTelling) {
    poller_->watch(pair_.near.get(), Interest::readable, false);
    EXPECT_EQ(ready(pair_.near), Interest::none);
    SocketPair::write(pair_.far, "x");
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    SocketPair::drain(pair_.near);
    EXPECT_EQ(ready(pair_.near), Interest::none);
}

TEST_F(EpollPoller, TellsWhatIsWritable) {
    poller_->watch(pair_.near.get(), Interest::writable, false);
    EXPECT_EQ(ready(pair_.near), Interest::writable);
    SocketPair::fill(pair_.near);
    EXPECT_EQ(ready(pair_.near), Interest::none);
    SocketPair::drain(pair_.far);
    EXPECT_EQ(ready(pair_.near), Interest::writable);
}

TEST_F(EpollPoller, ChangesTheInterestOfAKnownOne) {
    SocketPair::write(pair_.far, "x");
    poller_->watch(pair_.near.get(), Interest::writable, false);
    poller_->watch(pair_.near.get(), Interest::readable, true);
    EXPECT_EQ(ready(pair_.near), Interest::readable);
    poller_->watch(pair_.near.get(), Interest::both, true);
    EXPECT_EQ(ready(pair_.near), Interest::both);
}

TEST_F(EpollPoller, AHangUpIsReadyForBoth) {
    poller_->watch(pair_.near.get(), Interest::readable, false);
    pair_.far.reset();
    EXPECT_EQ(ready(pair_.near), Interest::both);
}

TEST_F(EpollPoller, ForgetsAndTakesTheNumberAgain) {
    SocketPair::write(pair_.far, "x");
    poller_->watch(pair_.near.get(), Interest::readable, false);
    poller_->forget(pair_.near.get());
    EXPECT_EQ(ready(pair_.near), Interest::none);
    poller_->watch(pair_.near.get(), Interest::readable, false);
    EXPECT_EQ(ready(pair_.near), Interest::readable);
}

TEST_F(EpollPoller, WaitsForTheTimeoutAndNotLess) {
    std::vector<Ready> found;
    const sys::TimePoint end = sys::now() + milliseconds{2};
    poller_->wait(milliseconds{2}, found);
    EXPECT_GE(sys::now(), end);
    EXPECT_TRUE(found.empty());
}

TEST_F(EpollPoller, AppendsToWhatIsThere) {
    std::vector<Ready> found{{77, Interest::writable}};
    poller_->watch(pair_.near.get(), Interest::writable, false);
    poller_->wait(std::nullopt, found);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].descriptor, 77);
    EXPECT_EQ(found[1].descriptor, pair_.near.get());
}

TEST_F(EpollPoller, ThrowsWhereTheKernelRefuses) {
    EXPECT_THROW(poller_->watch(-1, Interest::readable, false), std::system_error);
    EXPECT_THROW(poller_->watch(pair_.near.get(), Interest::readable, true), std::system_error);
}

}  // namespace
}  // namespace models
