// The clients of idle_crowd, of which most are silent, step by step, without a socket between them and the server.
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "conversation.h"
#include "the_only.h"
#include "workloads/io/clients.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::size_t connections = 6;
constexpr std::size_t active = 2;  // clients 1 and 4
constexpr std::size_t silent_client = 2;
constexpr std::uint64_t requests = 10;
constexpr int end_of_windows = 3;  // the event after those of the gates

std::unique_ptr<Workload> make_server(std::size_t clients, std::size_t active_clients, std::size_t windows = 2) {
    const Entry& entry = find("idle_crowd");
    auto server = entry.make(tasks::complete(entry.parameters, {{"connections", static_cast<std::int64_t>(clients)},
                                                                {"active", static_cast<std::int64_t>(active_clients)},
                                                                {"requests", static_cast<std::int64_t>(requests)}}),
                             {});
    server->windows()->plan(windows, nullptr);
    server->begin();
    return server;
}

class IdleCrowd : public testing::Test {
protected:
    IdleCrowd() {
        for (std::size_t index = 0; index < connections; ++index) {
            clients_.emplace_back(peer_->make(index));
            handlers_.push_back(accept_one(acceptor_));
            conversations_.emplace_back(clients_.back(), handlers_.back());
        }
    }

    // Each client goes on until it waits.
    void serve_all() {
        for (Conversation& conversation : conversations_) conversation.go_on(announced_);
    }
    [[nodiscard]] bool have_finished() {
        for (Script& client : clients_) {
            if (!client.asks<tasks::Finish>()) return false;
        }
        return true;
    }
    // The watcher's socket has a byte: it turns the gate if all have arrived, and announces it.
    void wake_watcher() {
        if (watcher_.asks<tasks::Finish>()) return;
        (void)watcher_.receive("x");
        if (watcher_.asks<tasks::Compute>()) watcher_.compute();
        while (watcher_.asks<tasks::Announce>()) {
            announced_.insert(watcher_.asked<tasks::Announce>().event);
            watcher_.answer(0);
        }
    }
    void run() {
        for (std::size_t events = 0;; events = announced_.size()) {
            serve_all();
            if (have_finished()) break;
            wake_watcher();
            if (announced_.size() == events) throw std::logic_error{"the clients wait for ever"};
        }
        for (std::size_t index = 0; index < connections; ++index) {
            conversations_[index].hang_up();
            enter(ledger_, tasks::TaskId::spawned, handlers_[index]);
            enter(peer_ledger_, tasks::root(index), clients_[index]);
        }
        enter(ledger_, tasks::root(0), acceptor_);
        enter(peer_ledger_, tasks::root(connections), watcher_);
    }

    std::unique_ptr<Workload> server_ = make_server(connections, active);
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
    Script acceptor_{server_->make(0)};
    Script watcher_{peer_->make(connections)};
    std::deque<Script> clients_;
    std::deque<Script> handlers_;
    std::vector<Conversation> conversations_;
    std::set<int> announced_;
    tasks::Ledger ledger_{1};
    tasks::Ledger peer_ledger_{connections + 1};
};

TEST_F(IdleCrowd, IsValidWhenAllAreServedAndTheSilentOnesOnceMoreAtTheEnd) {
    run();
    EXPECT_EQ(server_->verify(ledger_).reason, "");
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "");
    EXPECT_EQ(announced_, (std::set<int>{0, 1, 2, end_of_windows}));
    EXPECT_EQ(peer_->progress(), connections + 2 * requests + connections - active);
    EXPECT_EQ(server_->latency()->count(), 2 * requests);
    ASSERT_EQ(server_->windows()->recorded(), 2U);
    for (std::size_t window = 0; window < 2; ++window) {
        const Work work = (*server_->windows())[window].work;
        EXPECT_EQ(work.units, requests);
        EXPECT_EQ(work.fairness->least + work.fairness->most, requests) << "of the two active ones";
        EXPECT_GE(work.fairness->least, 1U);
    }
}

TEST_F(IdleCrowd, OpensNoWindowBeforeTheWholeCrowdIsConnected) {
    for (std::size_t index = 0; index < connections; ++index) {
        if (index != silent_client) conversations_[index].go_on(announced_);
    }
    wake_watcher();
    EXPECT_FALSE(server_->windows()->is_open());
    conversations_[silent_client].go_on(announced_);
    wake_watcher();
    EXPECT_TRUE(server_->windows()->is_open());
}

TEST_F(IdleCrowd, SilentClientsWaitForTheEndAlone) {
    serve_all();
    for (std::size_t index = 0; index < connections; ++index) {
        const int event = clients_[index].asked<tasks::Await>().event;
        EXPECT_EQ(event, index == 1 || index == 4 ? 0 : end_of_windows) << index;
    }
}

TEST_F(IdleCrowd, IsInvalidIfTheServerHasLostASilentConnection) {
    serve_all();
    wake_watcher();
    // Its handler ends; the client hears of it at its last request.
    conversations_[silent_client].hang_up();
    serve_all();
    wake_watcher();
    serve_all();
    wake_watcher();
    ASSERT_TRUE(announced_.contains(end_of_windows));
    Script& client = clients_[silent_client];
    client.answer(0);
    (void)client.take_sent();
    client.receive_end();
    EXPECT_EQ(client.asked<tasks::Finish>().error, -ECONNRESET);
    run();
    EXPECT_EQ(server_->verify(ledger_).reason, "") << "the handler did the work of the first round";
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "1 tasks failed, the first with: Connection reset by peer");
}

TEST_F(IdleCrowd, EndsAllIfASilentClientFails) {
    Script& client = clients_[silent_client];
    client.answer(0);
    (void)client.take_sent();
    client.receive_end();
    ASSERT_TRUE(client.asks<tasks::Finish>());
    run();
    EXPECT_EQ(server_->verify(ledger_).reason,
              "1 of 6 connections got no answer in the first round, before the window opens");
}

TEST_F(IdleCrowd, EndsAllIfAnActiveClientFailsInAWindow) {
    serve_all();
    wake_watcher();
    Script& client = clients_[1];
    client.answer(0);
    (void)client.take_sent();
    client.receive_end();
    run();
    EXPECT_EQ(server_->verify(ledger_).reason, "2 of 2 connections got no answer in window 1");
    EXPECT_EQ(peer_->progress(), connections) << "no silent client asks once more";
}

TEST_F(IdleCrowd, HoldsNoMoreThanARequestNeeds) {
    clients_.front().answer(0);
    EXPECT_EQ(handlers_.front().asked<tasks::Receive>().into.size(), 2 * clients_.front().take_sent().size());
}

TEST(IdleCrowdEntry, NeedsARequestForEachActiveClientAndNoMoreOfThemThanConnections) {
    const Entry& entry = find("idle_crowd");
    const auto check = [&](std::int64_t all, std::int64_t busy, std::int64_t asked) {
        entry.check({{"connections", all}, {"active", busy}, {"requests", asked}});
    };
    EXPECT_NO_THROW(check(3, 3, 3));
    EXPECT_THROW(check(3, 4, 9), std::invalid_argument);
    EXPECT_THROW(check(9, 4, 3), std::invalid_argument);
}

TEST(IdleCrowdEntry, AsksForTheMemoryOfAllConnectionsIfSomeAreSilent) {
    EXPECT_EQ(make_server(connections, active)->waiting_at_gate(), connections);
    EXPECT_EQ(make_server(connections, connections)->waiting_at_gate(), 0U);
}

// More clients than may connect at once.
class ManyClients : public testing::Test {
protected:
    Script client(std::size_t index) { return Script{peer_->make(index)}; }

    static constexpr std::size_t count = connecting_most + 1;
    std::unique_ptr<Workload> server_ = make_server(count, 1);
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
};

TEST_F(ManyClients, NeedAPermitUntilTheFirstAnswer) {
    const std::vector<tasks::SemaphoreShape> semaphores = peer_->demand().semaphores;
    ASSERT_EQ(semaphores.size(), 1U);
    EXPECT_EQ(semaphores.front().permits, connecting_most);
    EXPECT_EQ(semaphores.front().waiters, count);
    Script script = client(0);
    EXPECT_EQ(script.asked<tasks::Acquire>().semaphore, connect_permit);
    script.answer(0);
    ASSERT_TRUE(script.asks<tasks::Connect>());
    script.answer(0);
    (void)script.receive(in_upper_case(script.take_sent()));
    EXPECT_EQ(script.asked<tasks::Release>().semaphore, connect_permit);
    script.answer(0);
    EXPECT_TRUE(script.asks<tasks::Await>());
}

TEST_F(ManyClients, GiveThePermitBackIfTheyFail) {
    for (const std::size_t index : {0U, static_cast<unsigned>(count / 2)}) {
        server_->begin();
        Script script = client(index);
        script.answer(0);
        script.answer(-ECONNREFUSED);
        ASSERT_TRUE(script.asks<tasks::Release>()) << index;
        script.answer(0);
        if (script.asks<tasks::Announce>()) script.answer(0);
        EXPECT_EQ(script.asked<tasks::Finish>().error, -ECONNREFUSED);
    }
}

TEST_F(ManyClients, GiveNoPermitBackThatTheyDidNotGet) {
    Script script = client(0);
    script.answer(-EDEADLK);
    EXPECT_EQ(script.asked<tasks::Finish>().error, -EDEADLK);
}

// It would be refused: the listener may be shut down.
TEST_F(ManyClients, DoNotConnectAfterAnotherHasFailed) {
    Script failing = client(0);
    failing.answer(0);
    failing.answer(-ETIMEDOUT);
    Script next = client(1);
    next.answer(0);
    ASSERT_TRUE(next.asks<tasks::Release>());
    next.answer(0);
    EXPECT_EQ(next.asked<tasks::Finish>().error, -ECONNRESET);
    EXPECT_EQ(server_->verify(tasks::Ledger{1}).reason, "a client failed: Connection timed out");
}

TEST_F(ManyClients, HaveAPartOfThePermitsInEachShard) {
    const auto shards = server_->make_peer(3);
    std::size_t permits = 0;
    for (const auto& shard : shards) permits += shard->demand().semaphores.front().permits;
    EXPECT_LE(permits, connecting_most);
    EXPECT_GT(permits, connecting_most - 3);
    // A shard has more clients than permits.
    EXPECT_TRUE(Script{shards.back()->make(0)}.asks<tasks::Acquire>());
}

TEST(FewClients, NeedNoPermit) {
    const auto server = make_server(connecting_most, 1);
    EXPECT_TRUE(Script{the_only(server->make_peer(1))->make(0)}.asks<tasks::Connect>());
}

}  // namespace
}  // namespace workloads
