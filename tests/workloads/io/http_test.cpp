// The HTTP server and its clients, step by step, without a socket between them.
#include <gtest/gtest.h>

#include <string>

#include "service.h"
#include "the_only.h"
#include "workloads/integer_work.h"
#include "workloads/io/http_request.h"
#include "workloads/table.h"

namespace workloads {
namespace {

const std::string plain = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class Http : public testing::Test {
protected:
    Http() { server_->begin(); }

    static std::unique_ptr<Workload> make(std::int64_t work_us) {
        return find("http").make(
            {{"connections", connections}, {"page_bytes", 100}, {"requests", requests}, {"work_us", work_us}}, {});
    }
    static Script handler_of(const Workload& server) {
        Script acceptor{server.make(0)};
        return accept_one(acceptor);
    }
    Script handler() { return handler_of(*server_); }

    static constexpr std::size_t connections = 10;
    static constexpr std::size_t requests = 25;
    std::unique_ptr<Workload> server_ = make(0);
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
};

TEST_F(Http, IsValidWhenAllAreServed) {
    for (const std::int64_t work_us : {0, 2}) {
        const auto server = make(work_us);
        const auto peer = the_only(server->make_peer(1));
        server->begin();
        tasks::Ledger ledger{1};
        tasks::Ledger peer_ledger{connections};
        Service service{*server, *peer, 50};
        service.run(ledger, peer_ledger);
        EXPECT_EQ(server->verify(ledger).reason, "");
        EXPECT_EQ(peer->verify(peer_ledger).reason, "");
        EXPECT_EQ(server->work().units, requests);
        EXPECT_GE(service.conversation(0).computations(), work_us > 0 ? 2 : 0);
    }
}

TEST_F(Http, ClientFailsIfOneByteIsWrong) {
    Script client{peer_->make(0)};
    client.answer(0);
    Script served = handler();
    served.receive(client.take_sent());
    std::string answer = served.take_sent();
    answer.back() = '?';
    client.receive(answer);
    EXPECT_TRUE(client.asks<tasks::Announce>()) << "the other clients wait for this one";
    client.answer(0);
    EXPECT_EQ(client.asked<tasks::Finish>().error, -EBADMSG);
    EXPECT_EQ(peer_->progress(), 0U);
}

TEST_F(Http, AnswersWithAPageOfTheGivenSize) {
    Script served = handler();
    served.receive(plain);
    const std::string answer = served.take_sent();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("\r\nContent-Length: 100\r\n"), std::string::npos);
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 100U);
    EXPECT_TRUE(served.asks<tasks::Receive>()) << "the connection is kept";
}

TEST_F(Http, AnswersPipelinedRequestsTogether) {
    Script served = handler();
    served.receive(plain + plain);
    const std::string answer = served.take_sent();
    EXPECT_NE(answer.find("HTTP/1.1 200 OK", 10), std::string::npos);
}

TEST_F(Http, ComputesForEachPageBeforeItSends) {
    const auto server = make(3);
    server->begin();
    Script served = handler_of(*server);
    std::size_t bytes = 0;
    for (const std::string& pieces : {plain, plain + plain}) {
        served.receive(pieces);
        served.compute();
        bytes += served.take_sent().size();
    }
    served.receive("GET / HT");
    EXPECT_TRUE(served.asks<tasks::Receive>()) << "the request is not complete";
    served.receive("TP/1.1\r\nHost: x\r\n\r\nnonsense\r\n");
    served.compute();
    bytes += served.take_sent().size();
    served.receive_end();
    EXPECT_EQ(served.asked<tasks::Finish>().digest, tasks::mix(4, bytes + 4 * integer_work(3)));
}

TEST_F(Http, ComputesNothingForARefusal) {
    const auto server = make(3);
    server->begin();
    Script served = handler_of(*server);
    served.receive("nonsense\r\n");
    EXPECT_TRUE(served.asks<tasks::Send>());
}

TEST_F(Http, AnswersHeadWithoutABody) {
    Script served = handler();
    served.receive("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = served.take_sent();
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
    served.receive(plain);
    const std::string page = served.take_sent();
    EXPECT_TRUE(page.starts_with(head) && page.size() == head.size() + 100) << page;
}

TEST_F(Http, HasAConnectionFieldOnlyIfTheClientNeedsIt) {
    const std::string begin = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n";
    const auto head_for = [&](const std::string& request) {
        Script served = handler();
        served.receive(request);
        const std::string answer = served.take_sent();
        EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 100U);
        return answer.substr(0, answer.size() - 100);
    };
    EXPECT_EQ(head_for(plain), begin + "\r\n");
    EXPECT_EQ(head_for("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), begin + "Connection: keep-alive\r\n\r\n");
    EXPECT_EQ(head_for("GET / HTTP/1.0\r\n\r\n"), begin + "Connection: close\r\n\r\n");
    EXPECT_EQ(head_for("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), begin + "Connection: close\r\n\r\n");
}

const std::string too_long = "GET / HTTP/1.1\r\nX: " + std::string(HttpRequests::largest, 'x');

TEST_F(Http, RefusesAndCloses) {
    for (const auto& [asked, status] : {std::pair{std::string{"nonsense\r\n"}, "400"},
                                        {"PUT / HTTP/1.1\r\nHost: x\r\n\r\n", "501"},
                                        {too_long, "431"}}) {
        Script served = handler();
        std::string_view rest{asked};
        while (!rest.empty() && served.asks<tasks::Receive>()) rest = served.receive(rest);
        const std::string answer = served.take_sent();
        EXPECT_TRUE(answer.starts_with(std::string{"HTTP/1.1 "} + status)) << answer;
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
        served.receive_end();
        EXPECT_TRUE(served.asks<tasks::Finish>());
    }
}

TEST_F(Http, DiscardsBytesAfterItsLastAnswer) {
    Script served = handler();
    served.receive("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + plain);
    EXPECT_EQ(served.take_sent().find("HTTP/1.1", 1), std::string::npos)
        << "a request after Connection: close is not answered";
    served.receive(plain);
    EXPECT_TRUE(served.asks<tasks::Receive>());
    // The client has its answer, so its reset is no failure.
    served.answer(-ECONNRESET);
    EXPECT_EQ(served.asked<tasks::Finish>().error, 0);
}

TEST_F(Http, DoesNotDiscardForEver) {
    Script served = handler();
    served.receive("nonsense\r\n");
    (void)served.take_sent();
    const std::string more(4096, 'x');
    constexpr std::size_t enough = std::size_t{64} << 20;
    std::size_t discarded = 0;
    for (; served.asks<tasks::Receive>() && discarded < enough; discarded += more.size()) served.receive(more);
    EXPECT_TRUE(served.asks<tasks::Finish>());
    EXPECT_GT(discarded, std::size_t{1} << 20) << "a client could lose its answer";
}

TEST_F(Http, EndsWithTheErrorOfAnyStep) {
    const auto step = [](Script& script, int) {
        if (script.asks<tasks::Send>()) {
            (void)script.take_sent();
        } else if (script.asks<tasks::Compute>()) {
            script.compute();
        } else {
            script.receive(plain);
        }
    };
    const auto server = make(1);
    // This task has no last step: the first six are tested.
    for (int failing = 0; failing < 6; ++failing) {
        server->begin();
        Script served = handler_of(*server);
        for (int done = 0; done < failing; ++done) step(served, done);
        if (served.asks<tasks::Compute>()) continue;  // cannot fail
        served.answer(-EPIPE);
        EXPECT_EQ(served.asked<tasks::Finish>().error, -EPIPE);
    }
}

}  // namespace
}  // namespace workloads
