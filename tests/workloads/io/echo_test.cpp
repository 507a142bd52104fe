// The echo server and its clients, step by step, without a socket between them.
#include <gtest/gtest.h>

#include "conversation.h"
#include "sys/tcp.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t connections = 3;
constexpr std::size_t payload = 40;
constexpr std::size_t requests = 4;

class Echo : public testing::Test {
protected:
    Echo() { server_->begin(); }

    Script client(std::size_t index) { return Script{peer_->make(index)}; }
    // A client that has connected, and has sent its first request, which is stored in `request`.
    Script asking_client(std::string& request) {
        Script script = client(0);
        script.answer(0);
        request = script.take_sent();
        return script;
    }
    // The server's task for a connection.
    Script handler() {
        Script acceptor{server_->make(0)};
        return accept_one(acceptor);
    }

    // Serves one client after another, and enters all tasks into the ledgers.
    void serve_all(std::size_t piece = std::string::npos) {
        Script acceptor{server_->make(0)};
        for (std::size_t index = 0; index < connections; ++index) {
            Script one = client(index);
            Script served = accept_one(acceptor);
            Conversation{one, served, piece}.run();
            enter(ledger_, tasks::TaskId::spawned, served);
            enter(peer_ledger_, tasks::root(index), one);
        }
        enter(ledger_, tasks::root(0), acceptor);
    }

    std::unique_ptr<Workload> server_ = find("echo").make(
        tasks::Arguments{{"connections", connections}, {"payload", payload}, {"requests", requests}}, 1);
    std::unique_ptr<Workload> peer_ = server_->make_peer();
    tasks::Ledger ledger_{1};
    tasks::Ledger peer_ledger_{connections};
};

TEST_F(Echo, ServerAnswersInUpperCaseUntilTheEnd) {
    Script served = handler();
    const auto room = served.asked<tasks::Receive>().into.size();
    EXPECT_GE(room, 2 * payload) << "a request must not fill the buffer";
    const int connection = served.asked<tasks::Receive>().socket;
    served.receive("Hello, world!");
    EXPECT_EQ(served.sent(), "HELLO, WORLD!");
    EXPECT_EQ(served.asked<tasks::Send>().socket, connection);
    served.answer(13);
    served.receive("z");
    EXPECT_EQ(served.sent(), "Z");
    served.answer(1);
    served.receive_end();
    std::uint64_t sum = 0;
    for (const char letter : std::string_view{"HELLO, WORLD!Z"}) sum += static_cast<std::uint64_t>(letter);
    EXPECT_EQ(served.asked<tasks::Finish>().digest, tasks::mix(14, sum));
    EXPECT_EQ(served.asked<tasks::Finish>().error, 0);
}

TEST_F(Echo, ServerEndsWithTheErrorOfAnyStep) {
    const auto make_handler = [this] {
        server_->begin();
        Script acceptor{server_->make(0)};
        acceptor.answer(some_descriptor());
        return acceptor.take_spawned();
    };
    const auto answer = [](Script& script, int step) {
        if (script.asks<tasks::Send>()) return script.answer(1);
        step == 4 ? script.receive_end() : (void)script.receive("a");
    };
    // Receive and send, twice, and the receive that gets the end of the stream.
    EXPECT_EQ(fail_each_step(make_handler, answer, ECONNRESET), 5);
}

TEST_F(Echo, ClientConnectsToTheServerAndSendsItsRequest) {
    Script script = client(0);
    const sockaddr_in address = script.asked<tasks::Connect>().address;
    EXPECT_NE(address.sin_port, 0);
    const int socket = script.asked<tasks::Connect>().socket;
    EXPECT_EQ(sys::local_endpoint(socket).address, INADDR_LOOPBACK);
    script.answer(0);
    EXPECT_EQ(script.asked<tasks::Send>().socket, socket);
    EXPECT_EQ(script.sent().size(), payload);
    EXPECT_NE(script.sent(), in_upper_case(script.sent()))
        << "a server that sends the request back unchanged would pass";
}

TEST_F(Echo, RequestsDifferFromEachOther) {
    std::vector<std::string> seen;
    for (std::size_t index = 0; index < connections; ++index) {
        Script script = client(index);
        script.answer(0);
        for (std::size_t number = 0; number < requests; ++number) {
            const std::string request = script.sent();
            EXPECT_EQ(std::ranges::count(seen, request), 0) << request;
            seen.push_back(request);
            script.answer(payload);
            script.receive(in_upper_case(request));
        }
        EXPECT_EQ(script.asked<tasks::Finish>().digest, requests);
    }
    EXPECT_EQ(server_->work().units, connections * requests);
    EXPECT_EQ(server_->work().bytes, connections * requests * 2 * payload);
}

TEST_F(Echo, ClientReceivesItsAnswerByteByByte) {
    std::string request;
    Script script = asking_client(request);
    const std::string answer = in_upper_case(request);
    for (std::size_t i = 0; i < answer.size(); ++i) {
        EXPECT_EQ(script.asked<tasks::Receive>().into.size(), answer.size() - i) << "the client asks only for the rest";
        script.receive(std::string_view{answer}.substr(i), 1);
    }
    EXPECT_TRUE(script.asks<tasks::Send>());
    EXPECT_EQ(server_->work().units, 1U);
    EXPECT_EQ(server_->latency()->count(), 1U);
}

TEST_F(Echo, ClientEndsWithTheErrorOfAnyStep) {
    std::string request;
    const auto answer = [&](Script& script, int) {
        if (script.asks<tasks::Connect>()) return script.answer(0);
        if (script.asks<tasks::Receive>()) return (void)script.receive(in_upper_case(request));
        request = script.sent();
        script.answer(payload);
    };
    EXPECT_EQ(fail_each_step([this] { return peer_->make(0); }, answer, ETIMEDOUT), 1 + 2 * requests);
}

TEST_F(Echo, ClientFailsIfOneByteIsWrong) {
    for (std::size_t wrong = 0; wrong < payload; ++wrong) {
        std::string request;
        Script script = asking_client(request);
        std::string answer = in_upper_case(request);
        answer[wrong] = request[wrong];  // not in upper case
        script.receive(answer);
        EXPECT_EQ(script.asked<tasks::Finish>().error, -EBADMSG) << wrong;
    }
    EXPECT_EQ(server_->work().units, 0U);
}

TEST_F(Echo, ClientFailsIfTheServerCloses) {
    std::string request;
    Script script = asking_client(request);
    script.receive(in_upper_case(request), payload / 2);
    script.receive_end();
    EXPECT_EQ(script.asked<tasks::Finish>().error, -ECONNRESET);
}

TEST_F(Echo, IsValidWhenAllAreServed) {
    for (const std::size_t piece : {std::string::npos, std::size_t{7}, std::size_t{1}}) {
        server_->begin();
        ledger_.clear();
        peer_ledger_.clear();
        serve_all(piece);
        EXPECT_EQ(server_->verify(ledger_).reason, "");
        EXPECT_EQ(peer_->verify(peer_ledger_).reason, "");
        EXPECT_EQ(server_->work().fairness->least, requests);
        EXPECT_EQ(peer_->work().units, connections * requests);
    }
    EXPECT_EQ(server_->latency()->count(), 3 * connections * requests);
    EXPECT_FALSE(server_->latency_meaning().empty());
}

TEST_F(Echo, IsInvalidIfNoTaskRan) {
    EXPECT_EQ(server_->verify(ledger_).reason, "task 0 finished 0 times");
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "task 0 finished 0 times");
    ledger_.finish(tasks::root(0), {0});
    EXPECT_EQ(server_->verify(ledger_).reason, "3 of 3 connections did not get their 4 answers; the least got 0");
}

TEST_F(Echo, IsInvalidIfAConnectionWasNotServedToItsEnd) {
    Script acceptor{server_->make(0)};
    for (std::size_t index = 0; index < connections; ++index) {
        Script one = client(index);
        Script served = accept_one(acceptor);
        Conversation{one, served}.run();
        if (index > 0) enter(ledger_, tasks::TaskId::spawned, served);
    }
    enter(ledger_, tasks::root(0), acceptor);
    EXPECT_EQ(server_->verify(ledger_).reason, "2 of 3 connections were served to their end");
}

TEST_F(Echo, IsInvalidIfADigestIsWrong) {
    serve_all();
    tasks::Ledger wrong{1};
    wrong.finish(tasks::root(0), {0});
    for (std::size_t i = 0; i < connections; ++i) wrong.finish(tasks::TaskId::spawned, {i});
    EXPECT_EQ(server_->verify(wrong).reason, "wrong digest from the connections");
}

TEST_F(Echo, IsInvalidIfATaskFailed) {
    serve_all();
    ledger_.finish(tasks::TaskId::spawned, {0, -EPIPE});
    EXPECT_EQ(server_->verify(ledger_).reason, "1 tasks failed, the first with: Broken pipe");
    peer_ledger_.finish(tasks::root(1), {requests});
    EXPECT_EQ(peer_->verify(peer_ledger_).reason, "task 1 finished 2 times");
}

TEST_F(Echo, SharesItsConnectionsAmongAcceptors) {
    const auto prefork = find("echo").make({{"connections", 3}, {"payload", 1}, {"requests", 1}}, 4);
    prefork->begin();
    EXPECT_EQ(prefork->size(), 4U);
    EXPECT_EQ(prefork->demand().tasks_at_once, 7U);
    std::vector<Script> acceptors;
    for (std::size_t index = 0; index < 4; ++index) acceptors.emplace_back(prefork->make(index));
    EXPECT_TRUE(acceptors[2].asks<tasks::Accept>());
    EXPECT_TRUE(acceptors[3].asks<tasks::Finish>());
}

}  // namespace
}  // namespace workloads
