#include <gtest/gtest.h>

#include <string>

#include "script.h"
#include "workloads/http_request.h"
#include "workloads/table.h"

namespace workloads {
namespace {

using State = HttpRequests::State;

const std::string plain = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

State read(const std::string& text) {
    HttpRequests requests;
    requests.add(text);
    return requests.next();
}

TEST(HttpRequests, TakesOneHoweverItWasCut) {
    for (std::size_t cut = 0; cut <= plain.size(); ++cut) {
        HttpRequests requests;
        requests.add(plain.substr(0, cut));
        if (cut < plain.size()) {
            EXPECT_EQ(requests.next(), State::unfinished) << cut;
        }
        requests.add(plain.substr(cut));
        EXPECT_EQ(requests.next(), State::complete) << cut;
        EXPECT_TRUE(requests.keep_alive());
        EXPECT_EQ(requests.next(), State::unfinished);
    }
}

TEST(HttpRequests, TakesSeveralThatWereSentTogether) {
    HttpRequests requests;
    requests.add(plain + "\r\n" + "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + plain.substr(0, 5));
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_FALSE(requests.head_only());
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_TRUE(requests.head_only());
    EXPECT_FALSE(requests.keep_alive());
    EXPECT_EQ(requests.next(), State::unfinished);
}

TEST(HttpRequests, KnowsWhoWantsToGoOn) {
    const auto keeps = [](const std::string& version, const std::string& connection) {
        HttpRequests requests;
        requests.add("GET / " + version + "\r\nHost: x\r\n" + connection + "\r\n");
        EXPECT_EQ(requests.next(), State::complete) << connection;
        return requests.keep_alive();
    };
    EXPECT_TRUE(keeps("HTTP/1.1", ""));
    EXPECT_FALSE(keeps("HTTP/1.1", "Connection: Close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1", "connection: upgrade, close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.0", ""));
    EXPECT_TRUE(keeps("HTTP/1.0", "Connection: keep-alive\r\n"));
}

TEST(HttpRequests, RefusesWhatIsNone) {
    for (const char* const line : {"", "GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/2", "GET / http/1.1",
                                   "GE T / HTTP/1.1x", "G(T / HTTP/1.1", "GET /\x01 HTTP/1.1", " / HTTP/1.1"}) {
        if (*line == '\0') continue;
        EXPECT_EQ(read(std::string{line} + "\r\nHost: x\r\n\r\n"), State::malformed) << line;
    }
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n"), State::malformed) << "without a host";
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost x\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost : x\r\n\r\n"), State::malformed) << "a request to smuggle";
    EXPECT_EQ(read(std::string{"GET / HTTP/1.1\r\nHost: x"} + '\0' + "\r\n\r\n"), State::malformed);
}

TEST(HttpRequests, RefusesWhatItDoesNotServe) {
    EXPECT_EQ(read("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), State::not_possible);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"), State::not_possible);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"), State::not_possible);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"), State::complete);
}

TEST(HttpRequests, RefusesWhatDoesNotEnd) {
    HttpRequests requests;
    requests.add("GET / HTTP/1.1\r\nX: ");
    requests.add(std::string(HttpRequests::largest, 'x'));
    EXPECT_EQ(requests.next(), State::too_large);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(HttpRequests::largest, 'x') + "\r\n\r\n"),
              State::too_large);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(HttpRequests::largest - 100, 'x') + "\r\n\r\n"),
              State::complete);
}

class Http : public testing::Test {
protected:
    Http() { server_->begin(); }
    Script handler() {
        Script acceptor{server_->make(0)};
        return accept_one(acceptor);
    }
    static std::string answered(Script& script) {
        const std::string text = script.sent();
        script.answer(static_cast<std::int64_t>(text.size()));
        return text;
    }

    std::unique_ptr<Workload> server_ =
        find("http").make({{"connections", 10}, {"page_bytes", 100}, {"requests", 2}}, 1);
};

TEST_F(Http, AnswersWithAPageOfTheSizeThatWasAskedFor) {
    Script served = handler();
    served.receive(plain);
    const std::string answer = answered(served);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("\r\nContent-Length: 100\r\n"), std::string::npos);
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 100U);
    EXPECT_TRUE(served.asks<tasks::Receive>()) << "the connection is kept";
}

TEST_F(Http, AnswersPipelinedRequestsTogether) {
    Script served = handler();
    served.receive(plain + plain);
    const std::string answer = answered(served);
    EXPECT_NE(answer.find("HTTP/1.1 200 OK", 10), std::string::npos);
}

TEST_F(Http, RefusesAndCloses) {
    for (const auto& [asked, status] :
         {std::pair{"nonsense\r\n\r\n", "400"}, {"PUT / HTTP/1.1\r\nHost: x\r\n\r\n", "501"}}) {
        Script served = handler();
        served.receive(asked);
        const std::string answer = answered(served);
        EXPECT_TRUE(answer.starts_with(std::string{"HTTP/1.1 "} + status)) << answer;
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
        EXPECT_TRUE(served.asks<tasks::Finish>());
    }
}

TEST_F(Http, EndsWithWhateverStepFails) {
    const auto step = [](Script& script, int) {
        if (script.asks<tasks::Send>()) {
            (void)answered(script);
        } else if (script.asks<tasks::Receive>()) {
            script.receive(plain);
        } else {
            script.answer(0);
        }
    };
    // A connection's task goes on for ever: the first steps are enough.
    for (int failing = 0; failing < 4; ++failing) {
        Script served = handler();
        for (int done = 0; done < failing; ++done) step(served, done);
        served.answer(-EPIPE);
        EXPECT_EQ(served.asked<tasks::Finish>().error, -EPIPE);
    }
}

}  // namespace
}  // namespace workloads
