#include "bench/serve/service.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "script.h"

namespace bench {
namespace {

using workloads::Script;
using workloads::some_descriptor;

// Receives again and again, and answers nothing.
class ListeningTask final : public tasks::SteppedTask<ListeningTask> {
public:
    explicit ListeningTask(sys::UniqueFd connection)
        : SteppedTask{&ListeningTask::receive_next}, connection_{std::move(connection)} {}

private:
    tasks::Operation receive_next(tasks::Result) {
        return then(&ListeningTask::receive_next, tasks::Receive{connection_.get(), buffer_});
    }

    sys::UniqueFd connection_;
    std::array<std::byte, 1> buffer_{};
};

// Receives or sends once, then finishes.
class HandlerTask final : public tasks::SteppedTask<HandlerTask> {
public:
    HandlerTask(sys::UniqueFd connection, bool sends)
        : SteppedTask{&HandlerTask::started}, connection_{std::move(connection)}, sends_{sends} {}

private:
    tasks::Operation started(tasks::Result) {
        if (sends_) return then(&HandlerTask::done, tasks::Send{connection_.get(), buffer_});
        return then(&HandlerTask::done, tasks::Receive{connection_.get(), buffer_});
    }
    tasks::Operation done(tasks::Result result) {
        return result.failed() ? give_up(result) : tasks::Operation{tasks::Finish{0}};
    }

    sys::UniqueFd connection_;
    bool sends_;
    std::array<std::byte, 1> buffer_{};
};

std::pair<sys::UniqueFd, sys::UniqueFd> connected_pair() {
    int ends[2];
    sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
    return {sys::UniqueFd{ends[0]}, sys::UniqueFd{ends[1]}};
}

// Waits for the end of the stream, but not for ever.
bool meets_the_end(int connection) {
    constexpr int patience_ms = 10'000;
    pollfd readable{connection, POLLIN, 0};
    char byte = 0;
    return ::poll(&readable, 1, patience_ms) == 1 && ::recv(connection, &byte, 1, MSG_DONTWAIT) == 0;
}

class ServiceTest : public testing::Test {
protected:
    Script accepting() { return Script{service_.make(0)}; }
    // The task of a connection after its first turn.
    Script serve(Script& acceptor, int connection) {
        acceptor.answer(connection);
        Script served{acceptor.take_spawned()};
        acceptor.answer(0);
        return served;
    }

    std::function<void()> before_handler_ = [] {};
    bool sends_ = false;
    Service service_{{}, {}, [this](sys::UniqueFd connection) {
                         before_handler_();
                         return std::make_unique<HandlerTask>(std::move(connection), sends_);
                     }};
};

TEST_F(ServiceTest, AcceptsAgainAfterATemporaryError) {
    Script acceptor = accepting();
    for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTO, ENETDOWN, EHOSTUNREACH, EPERM, EAGAIN}) {
        acceptor.answer(-error);
        ASSERT_TRUE(acceptor.asks<tasks::Sleep>()) << error;
        acceptor.answer(0);
        ASSERT_TRUE(acceptor.asks<tasks::Accept>()) << error;
    }
    acceptor.answer(-ECONNABORTED);
    EXPECT_TRUE(acceptor.asks<tasks::Accept>());
}

TEST_F(ServiceTest, GivesUpAfterAProgrammingError) {
    for (const int error : {EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP, EFAULT}) {
        Script acceptor = accepting();
        acceptor.answer(-error);
        EXPECT_EQ(acceptor.asked<tasks::Finish>().error, -error);
    }
}

TEST_F(ServiceTest, AnAcceptThatTheStopEndsIsNoFailure) {
    Script waiting = accepting();
    Script accepted = accepting();
    service_.stop();
    waiting.answer(-EINVAL);
    EXPECT_EQ(waiting.asked<tasks::Finish>().error, 0);
    auto [ours, theirs] = connected_pair();
    accepted.answer(ours.release());
    EXPECT_EQ(accepted.asked<tasks::Finish>().error, 0);
    EXPECT_TRUE(meets_the_end(theirs.get())) << "it is closed, not forgotten";
    EXPECT_TRUE(accepting().asks<tasks::Finish>());
}

TEST(ServiceWithOwnListeners, GivesEachAcceptorOneAndShutsAllDown) {
    const auto make_handler = [](sys::UniqueFd connection) {
        return std::make_unique<HandlerTask>(std::move(connection), false);
    };
    Service service{{}, {.count = 2, .own_listeners = true}, make_handler};
    EXPECT_EQ(service.size(), 2U);
    std::vector<int> listeners;
    for (std::size_t index = 0; index < 2; ++index) {
        listeners.push_back(Script{service.make(index)}.asked<tasks::Accept>().listener);
        EXPECT_EQ(sys::local_endpoint(listeners.back()).port, service.endpoint().port);
    }
    EXPECT_NE(listeners[0], listeners[1]);
    service.stop();
    for (const int listener : listeners) {
        EXPECT_EQ(::accept(listener, nullptr, nullptr), -1);
        EXPECT_EQ(errno, EINVAL);
    }
}

TEST_F(ServiceTest, CountsHowConnectionsEnded) {
    Script acceptor = accepting();
    Script served = serve(acceptor, some_descriptor());
    Script broken = serve(acceptor, some_descriptor());
    EXPECT_EQ(service_.counts().under_way(), 2U);
    served.answer(0);
    broken.answer(-ECONNRESET);
    EXPECT_EQ(broken.asked<tasks::Finish>().error, 0) << "no failure of the model";
    const Service::Counts counts = service_.counts();
    EXPECT_EQ(counts.accepted, 2U);
    EXPECT_EQ(counts.finished, 1U);
    EXPECT_EQ(counts.failed, 1U);
    EXPECT_EQ(counts.under_way(), 0U);
}

TEST_F(ServiceTest, CountsConnectionsWithoutACarrier) {
    Script acceptor = accepting();
    acceptor.answer(some_descriptor());
    acceptor.take_spawned().reset();
    acceptor.answer(-EAGAIN);
    EXPECT_TRUE(acceptor.asks<tasks::Sleep>());
    EXPECT_EQ(service_.counts().accepted, 1U);
    EXPECT_EQ(service_.counts().dropped, 1U);
    EXPECT_EQ(service_.counts().under_way(), 0U);
}

TEST_F(ServiceTest, LetsClientsWaitWhenItIsFull) {
    service_.limit({.connections_max = 1});
    Script acceptor = accepting();
    Script served = serve(acceptor, some_descriptor());
    EXPECT_TRUE(acceptor.asks<tasks::Sleep>());
    acceptor.answer(0);
    EXPECT_TRUE(acceptor.asks<tasks::Sleep>());
    served.answer(0);
    acceptor.answer(0);
    EXPECT_TRUE(acceptor.asks<tasks::Accept>());
}

TEST_F(ServiceTest, EndsOpenConnectionsWhenItStops) {
    Script acceptor = accepting();
    auto [ours, theirs] = connected_pair();
    const int connection = ours.get();
    const Script served = serve(acceptor, ours.release());
    service_.stop();
    EXPECT_TRUE(meets_the_end(connection));
}

TEST_F(ServiceTest, EndsAConnectionThatItAcceptedJustBeforeTheStop) {
    Script acceptor = accepting();
    auto [first, its_client] = connected_pair();
    const int earlier = first.get();
    const Script earlier_served = serve(acceptor, first.release());
    // Stops after the acceptor has accepted, and before the connection is in the service's list. By then all
    // connections in the list have been ended.
    before_handler_ = [&] {
        service_.stop();
        EXPECT_TRUE(meets_the_end(earlier));
    };
    auto [ours, theirs] = connected_pair();
    const int connection = ours.get();
    acceptor.answer(ours.release());
    const Script served{acceptor.take_spawned()};
    EXPECT_TRUE(meets_the_end(connection));
}

TEST_F(ServiceTest, EndsAConnectionThatReceivesNothing) {
    service_.limit({.idle = std::chrono::milliseconds{1}});
    Script acceptor = accepting();
    auto [ours, theirs] = connected_pair();
    const int connection = ours.get();
    const Script served = serve(acceptor, ours.release());
    EXPECT_TRUE(meets_the_end(connection));
    EXPECT_EQ(::send(connection, "x", 1, MSG_NOSIGNAL), 1) << "only receiving is shut down";
}

TEST(ServiceWithAListeningHandler, EndsAConnectionWhoseRequestNeverEnds) {
    Service service{
        {}, {}, [](sys::UniqueFd connection) { return std::make_unique<ListeningTask>(std::move(connection)); }};
    service.limit({.idle = std::chrono::milliseconds{400}});
    Script acceptor{service.make(0)};
    auto [ours, theirs] = connected_pair();
    const int connection = ours.get();
    acceptor.answer(ours.release());
    Script served{acceptor.take_spawned()};
    // A byte comes more often than the limit. The number only ends a test that would go on for ever.
    constexpr int bytes_most = 2000;
    pollfd readable{connection, POLLIN, 0};
    int bytes = 0;
    while (bytes < bytes_most && ::poll(&readable, 1, /*timeout=*/5) == 0) {
        served.answer(1);
        ++bytes;
    }
    EXPECT_LT(bytes, bytes_most);
    EXPECT_TRUE(meets_the_end(connection));
}

TEST_F(ServiceTest, EndsAConnectionThatCannotSend) {
    service_.limit({.idle = std::chrono::milliseconds{1}});
    sends_ = true;
    Script acceptor = accepting();
    auto [ours, theirs] = connected_pair();
    const Script served = serve(acceptor, ours.release());
    EXPECT_TRUE(meets_the_end(theirs.get())) << "so a task that waits to send wakes";
}

}  // namespace
}  // namespace bench
