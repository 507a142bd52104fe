// The clients of churn, step by step. The server is echo's, and is tested there.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <deque>
#include <set>
#include <vector>

#include "conversation.h"
#include "sys/tcp.h"
#include "the_only.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t clients = 3;
constexpr std::size_t connections = 8;
constexpr std::size_t payload = 40;

class Churn : public testing::Test {
protected:
    Churn() { server_->begin(); }

    // Lets a client connect, ask and get its answer. Returns its request.
    static std::string serve(Script& client) {
        client.answer(0);
        std::string request = client.take_sent();
        client.receive(in_upper_case(request));
        return request;
    }
    // The client's next connection, which this one has started.
    static Script next_of(Script& client) {
        Script next{client.take_spawned()};
        client.answer(0);
        return next;
    }
    // Runs the connections one after another, each to its end, and enters all tasks into the ledgers.
    void serve_all(std::size_t piece = std::string::npos) {
        Script acceptor{server_->make(0)};
        std::deque<Script> waiting;
        for (std::size_t index = 0; index < clients; ++index) waiting.emplace_back(peer_->make(index));
        for (std::size_t number = 0; !waiting.empty(); ++number) {
            Script client = std::move(waiting.front());
            waiting.pop_front();
            Script served = accept_one(acceptor);
            Conversation{client, served, piece}.run();
            if (client.asks<tasks::Spawn>()) waiting.push_back(next_of(client));
            enter(peer_ledger_, number < clients ? tasks::root(number) : tasks::TaskId::spawned, client);
            enter(ledger_, tasks::TaskId::spawned, served);
        }
        enter(ledger_, tasks::root(0), acceptor);
    }

    std::unique_ptr<Workload> server_ =
        find("churn").make({{"clients", clients}, {"payload", payload}, {"connections", connections}}, {});
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
    tasks::Ledger ledger_{1};
    tasks::Ledger peer_ledger_{clients};
};

TEST_F(Churn, AConnectionCarriesOneRequestAndStartsTheNext) {
    Script client{peer_->make(1)};
    const int socket = client.asked<tasks::Connect>().socket;
    EXPECT_EQ(sys::local_endpoint(socket).address, INADDR_LOOPBACK);
    client.answer(0);
    EXPECT_EQ(client.asked<tasks::Send>().socket, socket);
    const std::string request = client.take_sent();
    EXPECT_EQ(request.size(), payload);
    client.receive(in_upper_case(request));
    Script next{client.take_spawned()};
    EXPECT_NE(next.asked<tasks::Connect>().socket, socket);
    client.answer(0);
    EXPECT_EQ(client.asked<tasks::Finish>().error, 0);
}

TEST_F(Churn, ClientsMakeTheConnectionsOfARunTogether) {
    std::set<std::string> requests;
    Script first{peer_->make(0)};
    for (std::size_t index = 1; index < clients; ++index) {
        Script other{peer_->make(index)};
        EXPECT_TRUE(requests.insert(serve(other)).second);
        (void)other.take_spawned();
    }
    // The connections are drawn from a common number: two are gone, which were not run.
    for (std::size_t left = connections - 2 * (clients - 1); left > 1; --left) {
        EXPECT_TRUE(requests.insert(serve(first)).second) << "each connection has its own request";
        first = next_of(first);
    }
    (void)serve(first);
    EXPECT_TRUE(first.asks<tasks::Finish>()) << "no connection is left";
}

TEST_F(Churn, IsValidWhenAllAreServed) {
    for (const std::size_t piece : {std::string::npos, std::size_t{7}, std::size_t{1}}) {
        server_->begin();
        ledger_.clear();
        peer_ledger_.clear();
        serve_all(piece);
        EXPECT_EQ(server_->verify(ledger_).reason, "");
        EXPECT_EQ(peer_->verify(peer_ledger_).reason, "");
        EXPECT_EQ(server_->work().units, connections);
        EXPECT_EQ(server_->work().bytes, connections * 2 * payload);
        EXPECT_FALSE(server_->work().fairness);
        EXPECT_EQ(peer_->progress(), connections);
        EXPECT_EQ(peer_ledger_.spawned_finished(), connections - clients);
    }
    EXPECT_EQ(server_->latency()->count(), 3 * connections);
}

TEST_F(Churn, IsInvalidIfAConnectionIsMissingOrWrong) {
    serve_all();
    tasks::Ledger wrong{1};
    wrong.finish(tasks::root(0), {0});
    for (std::size_t i = 1; i < connections; ++i) wrong.finish(tasks::TaskId::spawned, {i});
    EXPECT_EQ(server_->verify(wrong).reason, "7 of 8 connections were served to their end");
    wrong.finish(tasks::TaskId::spawned, {0});
    EXPECT_EQ(server_->verify(wrong).reason, "wrong digest from the connections");
    peer_ledger_.finish(tasks::TaskId::spawned, {0, -ECONNREFUSED});
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "1 tasks failed, the first with: Connection refused");
}

TEST_F(Churn, ClientEndsWithTheErrorOfAnyStep) {
    std::string request;
    const auto answer = [&](Script& script, int) {
        if (script.asks<tasks::Receive>()) return (void)script.receive(in_upper_case(request));
        if (!script.asks<tasks::Send>()) return script.answer(0);
        request = script.take_sent();
    };
    const auto make = [this] {
        server_->begin();
        return peer_->make(0);
    };
    // Connect, send, receive, spawn.
    EXPECT_EQ(fail_each_step(make, answer, ETIMEDOUT), 4);
}

TEST_F(Churn, ClientFailsIfTheAnswerIsWrongOrMissing) {
    for (const bool missing : {false, true}) {
        Script client{peer_->make(0)};
        client.answer(0);
        const std::string request = client.take_sent();
        missing ? client.receive_end() : (void)client.receive(request);
        EXPECT_EQ(client.asked<tasks::Finish>().error, missing ? -ECONNRESET : -EBADMSG);
    }
    EXPECT_EQ(peer_->progress(), 0U);
}

TEST_F(Churn, HangsUpTheConnectionsThatAreOpen) {
    std::optional<Script> first{peer_->make(0)};
    (void)serve(*first);
    Script next = next_of(*first);
    const tasks::Connect connect = next.asked<tasks::Connect>();
    sys::check(::connect(connect.socket, reinterpret_cast<const sockaddr*>(&connect.address), sizeof connect.address),
               "connect");
    Script acceptor{server_->make(0)};
    const int listener = acceptor.asked<tasks::Accept>().listener;
    const sys::UniqueFd served{sys::check(::accept(listener, nullptr, nullptr), "accept")};
    first.reset();  // the client's place keeps the next connection
    peer_->hang_up();
    char byte = 0;
    EXPECT_EQ(::recv(connect.socket, &byte, 1, MSG_DONTWAIT), 0) << "the end of the stream";
}

TEST_F(Churn, IsTimedAsAWhole) {
    EXPECT_EQ(server_->windows(), nullptr);
    EXPECT_FALSE(server_->latency_meaning().empty());
    EXPECT_EQ(server_->demand().together, 1U) << "no connection waits for another one";
}

}  // namespace
}  // namespace workloads
