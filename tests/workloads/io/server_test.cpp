// What verify() of a server and of its clients sees. The server is echo's.
#include "workloads/io/server.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "service.h"
#include "the_only.h"
#include "workloads/io/echo.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::size_t connections = 3;
constexpr std::size_t requests = 6;

class Servers : public testing::Test {
protected:
    Servers() { server_->begin(); }

    std::unique_ptr<Workload> server_ = make_echo({{connections, requests}, 20}, {});
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
    tasks::Ledger ledger_{1};
    tasks::Ledger peer_ledger_{connections};
};

TEST_F(Servers, AreInvalidIfNoTaskRan) {
    EXPECT_EQ(server_->verify(ledger_).reason, "task 0 finished 0 times");
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "task 0 finished 0 times");
    ledger_.finish(tasks::root(0), {0});
    EXPECT_EQ(server_->verify(ledger_).reason,
              "3 of 3 connections got no answer in the first round, before the window opens");
}

TEST_F(Servers, AreInvalidIfAConnectionWasNotServedToItsEnd) {
    Service service{*server_, *peer_};
    service.run(ledger_, peer_ledger_);
    ledger_.clear();
    enter(ledger_, tasks::root(0), service.acceptor());
    for (std::size_t index = 1; index < connections; ++index) {
        enter(ledger_, tasks::TaskId::spawned, service.handler(index));
    }
    EXPECT_EQ(server_->verify(ledger_).reason, "2 of 3 connections were served to their end");
}

TEST_F(Servers, AreInvalidIfADigestIsWrong) {
    Service service{*server_, *peer_};
    service.run(ledger_, peer_ledger_);
    tasks::Ledger wrong{1};
    wrong.finish(tasks::root(0), {0});
    for (std::size_t i = 0; i < connections; ++i) wrong.finish(tasks::TaskId::spawned, {i});
    EXPECT_EQ(server_->verify(wrong).reason, "wrong digest from the connections");
    tasks::Ledger wrong_peer{connections};
    for (std::size_t i = 0; i < connections; ++i) {
        wrong_peer.finish(tasks::root(i), {peer_ledger_.digest(i) + (i == 1 ? 1 : 0)});
    }
    EXPECT_EQ(peer_->verify(wrong_peer).reason, "wrong digest from task 1");
}

TEST_F(Servers, AreInvalidIfATaskFailed) {
    Service{*server_, *peer_}.run(ledger_, peer_ledger_);
    ledger_.finish(tasks::TaskId::spawned, {0, -EPIPE});
    EXPECT_EQ(server_->verify(ledger_).reason, "1 tasks failed, the first with: Broken pipe");
    peer_ledger_.finish(tasks::root(1), {peer_ledger_.digest(1)});
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "task 1 finished 2 times");
}

// A handler closes the connection of client 1 too early: all clients end, and the verdict says so.
TEST_F(Servers, EndAllClientsIfOneFails) {
    Service service{*server_, *peer_};
    service.client(1).answer(0);
    (void)service.client(1).take_sent();
    service.client(1).receive_end();
    service.run(ledger_, peer_ledger_);
    EXPECT_EQ(service.announced().size(), 1U);
    EXPECT_EQ(server_->verify(ledger_).reason,
              "1 of 3 connections got no answer in the first round, before the window opens");
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "1 tasks failed, the first with: Connection reset by peer");
}

TEST(Clients, NeedAnEventForEachGate) {
    const auto server = make_echo({{connections, requests}, 20}, {});
    server->windows()->plan(4, nullptr);
    const auto peer = the_only(server->make_peer(1));
    server->begin();
    EXPECT_EQ(peer->demand().events, 5U);
    EXPECT_EQ(peer->demand().together, connections);
    EXPECT_EQ(peer->size(), connections);
    tasks::Ledger ledger{1};
    tasks::Ledger peer_ledger{connections};
    Service service{*server, *peer};
    service.run(ledger, peer_ledger);
    EXPECT_EQ(service.announced(), (std::set<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(peer->verify(peer_ledger).reason, "");
}

TEST(RequireARequestForEach, ComparesRequestsWithConnections) {
    EXPECT_NO_THROW(require_a_request_for_each({{"connections", 3}, {"requests", 3}}));
    EXPECT_THROW(require_a_request_for_each({{"connections", 3}, {"requests", 2}}), std::invalid_argument);
    EXPECT_EQ(connections_of({{"connections", 3}, {"requests", 9}}), 3U);
}

}  // namespace
}  // namespace workloads
