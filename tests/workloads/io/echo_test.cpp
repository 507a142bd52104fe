// The echo server and its clients, step by step, without a socket between them.
#include "workloads/io/echo.h"

#include <gtest/gtest.h>

#include "service.h"
#include "sys/tcp.h"
#include "the_only.h"
#include "workloads/integer_work.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::size_t connections = 3;
constexpr std::size_t payload = 40;
constexpr std::size_t requests = 7;

std::unique_ptr<Workload> make_server(std::size_t clients, std::uint64_t requests_per_window,
                                      std::int64_t work_us = 0) {
    auto server = make_echo({{clients, requests_per_window}, payload, work_us}, {});
    server->windows()->plan(2, nullptr);
    server->begin();
    return server;
}
std::unique_ptr<tasks::Task> make_handler(Workload& server) {
    server.begin();
    Script acceptor{server.make(0)};
    acceptor.answer(some_descriptor());
    return acceptor.take_spawned();
}
std::uint64_t sum_of(std::string_view text) {
    std::uint64_t sum = 0;
    for (const char letter : text) sum += static_cast<std::uint64_t>(letter);
    return sum;
}
// The error of a client that ends early: it tells the others first.
int error_of(Script& client) {
    EXPECT_TRUE(client.asks<tasks::Announce>());
    client.answer(0);
    return client.asked<tasks::Finish>().error;
}

class Echo : public testing::Test {
protected:
    Script client(std::size_t index) { return Script{peer_->make(index)}; }
    // A client that has connected, and has sent its first request, which is stored in `request`.
    Script asking_client(std::string& request) {
        Script script = client(0);
        script.answer(0);
        request = script.take_sent();
        return script;
    }
    void serve_all(std::size_t piece = std::string::npos) {
        Service{*server_, *peer_, piece}.run(ledger_, peer_ledger_);
    }

    std::unique_ptr<Workload> server_ = make_server(connections, requests);
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
    tasks::Ledger ledger_{1};
    tasks::Ledger peer_ledger_{connections};
};

TEST_F(Echo, ServerAnswersInUpperCaseUntilTheEnd) {
    Script served{make_handler(*server_)};
    const auto room = served.asked<tasks::Receive>().into.size();
    EXPECT_GE(room, 2 * payload) << "a request must not fill the buffer";
    const int connection = served.asked<tasks::Receive>().socket;
    served.receive("Hello, world!");
    EXPECT_EQ(served.sent(), "HELLO, WORLD!");
    EXPECT_EQ(served.asked<tasks::Send>().socket, connection);
    served.answer(13);
    served.receive("z");
    EXPECT_EQ(served.take_sent(), "Z");
    served.receive_end();
    EXPECT_EQ(served.asked<tasks::Finish>().digest, tasks::mix(14, sum_of("HELLO, WORLD!Z")));
    EXPECT_EQ(served.asked<tasks::Finish>().error, 0);
}

TEST_F(Echo, ServerComputesBeforeEachAnswer) {
    const auto server = make_server(connections, requests, 3);
    Script served{make_handler(*server)};
    for (int request = 0; request < 2; ++request) {
        served.receive(std::string(payload, 'a'));
        served.compute();
        EXPECT_EQ(served.take_sent(), std::string(payload, 'A'));
    }
    served.receive_end();
    EXPECT_EQ(served.asked<tasks::Finish>().digest, tasks::mix(2 * payload, 2 * payload * 'A' + 2 * integer_work(3)));
}

TEST_F(Echo, ServerComputesOnceForARequestThatComesInPieces) {
    const auto server = make_server(connections, requests, 1);
    Script served{make_handler(*server)};
    const std::string request(payload, 'a');
    int computations = 0;
    for (std::string_view rest = request; !rest.empty();) {
        rest = served.receive(rest, 15);
        if (served.asks<tasks::Compute>()) {
            ++computations;
            served.compute();
        }
        (void)served.take_sent();
    }
    EXPECT_EQ(computations, 1);
}

TEST_F(Echo, ServerEndsWithTheErrorOfAnyStep) {
    const auto server = make_server(1, requests, 1);
    int requests_left = 0;
    const auto make = [&] {
        requests_left = 2;
        return make_handler(*server);
    };
    const auto answer = [&](Script& script, int) {
        if (script.asks<tasks::Send>()) return (void)script.take_sent();
        if (script.asks<tasks::Compute>()) return script.compute();
        requests_left-- > 0 ? (void)script.receive(std::string(payload, 'a')) : script.receive_end();
    };
    // Receive, compute and send, twice, and the receive that gets the end of the stream.
    EXPECT_EQ(fail_each_step(make, answer, ECONNRESET), 7);
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
    std::set<std::string> seen;
    for (std::size_t client = 0; client < connections; ++client) {
        EchoExchange exchange{client, payload};
        for (std::uint64_t number = 0; number < requests; ++number) {
            const auto bytes = exchange.begin(number);
            const std::string request{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
            EXPECT_TRUE(seen.insert(request).second) << request;
            EXPECT_EQ(exchange.answer_sum(), sum_of(in_upper_case(request)));
        }
    }
}

TEST_F(Echo, ClientReceivesItsAnswerByteByByte) {
    std::string request;
    Script script = asking_client(request);
    const std::string answer = in_upper_case(request);
    for (std::size_t i = 0; i < answer.size(); ++i) {
        EXPECT_EQ(script.asked<tasks::Receive>().into.size(), answer.size() - i) << "the client asks only for the rest";
        EXPECT_EQ(peer_->progress(), 0U);
        script.receive(std::string_view{answer}.substr(i), 1);
    }
    EXPECT_TRUE(script.asks<tasks::Await>());
    EXPECT_EQ(peer_->progress(), 1U);
    EXPECT_EQ(server_->latency()->count(), 0U) << "the first round is not timed";
}

TEST_F(Echo, ClientEndsWithTheErrorOfAnyStep) {
    const auto alone = make_server(1, 2);
    const auto peer = the_only(alone->make_peer(1));
    const auto make = [&] {
        alone->begin();
        return peer->make(0);
    };
    std::string request;
    const auto answer = [&](Script& script, int) {
        if (script.asks<tasks::Receive>()) return (void)script.receive(in_upper_case(request));
        if (script.asks<tasks::Compute>()) return script.compute();
        if (!script.asks<tasks::Send>()) return script.answer(0);
        request = script.take_sent();
    };
    // Connect; a request in the first round, and two in each window; two operations at each of the three gates.
    EXPECT_EQ(fail_each_step(make, answer, ETIMEDOUT), 1 + 2 * (1 + 2 * 2) + 2 * 3);
}

TEST_F(Echo, ClientFailsIfOneByteIsWrong) {
    for (std::size_t wrong = 0; wrong < payload; ++wrong) {
        std::string request;
        Script script = asking_client(request);
        std::string answer = in_upper_case(request);
        answer[wrong] = request[wrong];  // not in upper case
        script.receive(answer);
        EXPECT_EQ(error_of(script), -EBADMSG) << wrong;
    }
    EXPECT_EQ(peer_->progress(), 0U);
}

TEST_F(Echo, ClientFailsIfTheServerCloses) {
    std::string request;
    Script script = asking_client(request);
    script.receive(in_upper_case(request), payload / 2);
    script.receive_end();
    EXPECT_EQ(error_of(script), -ECONNRESET);
}

TEST_F(Echo, IsValidWhenAllAreServed) {
    for (const std::size_t piece : {std::string::npos, std::size_t{7}, std::size_t{1}}) {
        server_->begin();
        ledger_.clear();
        peer_ledger_.clear();
        serve_all(piece);
        EXPECT_EQ(server_->verify(ledger_).reason, "");
        EXPECT_EQ(peer_->verify(peer_ledger_).reason, "");
        EXPECT_EQ(server_->work().units, 2 * requests);
        EXPECT_EQ(server_->work().bytes, 2 * requests * 2 * payload);
        EXPECT_GE(server_->work().fairness->least, 2U);
        EXPECT_EQ(peer_->work().units, 2 * requests);
        EXPECT_EQ(peer_->progress(), connections + 2 * requests);
    }
    EXPECT_EQ(server_->latency()->count(), 3 * 2 * requests);
    EXPECT_FALSE(server_->latency_meaning().empty());
}

TEST_F(Echo, IsValidWithWork) {
    for (const std::size_t piece : {std::string::npos, std::size_t{7}}) {
        server_ = make_server(connections, requests, 1);
        peer_ = the_only(server_->make_peer(1));
        ledger_.clear();
        peer_ledger_.clear();
        serve_all(piece);
        EXPECT_EQ(server_->verify(ledger_).reason, "") << piece;
    }
}

TEST_F(Echo, SharesItsConnectionsAmongAcceptors) {
    const auto prefork = make_echo({{connections, connections}, payload}, {4});
    prefork->begin();
    EXPECT_EQ(prefork->size(), 4U);
    EXPECT_EQ(prefork->demand().tasks_at_once, 7U);
    EXPECT_EQ(prefork->demand().together, connections);
    std::vector<Script> acceptors;
    for (std::size_t index = 0; index < 4; ++index) acceptors.emplace_back(prefork->make(index));
    EXPECT_TRUE(acceptors[2].asks<tasks::Accept>());
    EXPECT_TRUE(acceptors[3].asks<tasks::Finish>());
}

}  // namespace
}  // namespace workloads
