#include <gtest/gtest.h>

#include <string>

#include "script.h"
#include "workloads/io/http_request.h"
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
    struct Wish {
        bool keeps;
        bool must_be_told;
        bool operator==(const Wish&) const = default;
    };
    const auto wish = [](const std::string& version, const std::string& fields) {
        HttpRequests requests;
        requests.add("GET / " + version + "\r\nHost: x\r\n" + fields + "\r\n");
        EXPECT_EQ(requests.next(), State::complete) << fields;
        return Wish{requests.keep_alive(), requests.must_be_told()};
    };
    constexpr Wish goes_on{true, false};
    constexpr Wish goes_on_if_told{true, true};
    constexpr Wish ends{false, false};
    EXPECT_EQ(wish("HTTP/1.1", ""), goes_on);
    EXPECT_EQ(wish("HTTP/1.1", "Connection: keep-alive\r\n"), goes_on);
    EXPECT_EQ(wish("HTTP/1.1", "Connection: Close\r\n"), ends);
    EXPECT_EQ(wish("HTTP/1.1", "connection: upgrade, close\r\n"), ends);
    EXPECT_EQ(wish("HTTP/1.0", ""), ends);
    EXPECT_EQ(wish("HTTP/1.0", "Connection: Keep-Alive\r\n"), goes_on_if_told);
    // "close" wins, wherever it stands.
    for (const char* const both :
         {"Connection: close, keep-alive\r\n", "Connection: keep-alive, close\r\n",
          "Connection: close\r\nConnection: keep-alive\r\n", "Connection: keep-alive\r\nConnection: close\r\n"}) {
        EXPECT_EQ(wish("HTTP/1.1", both), ends) << both;
        EXPECT_EQ(wish("HTTP/1.0", both), ends) << both;
    }
}

TEST(HttpRequests, ForgetsTheWishesOfTheRequestBefore) {
    HttpRequests requests;
    requests.add("HEAD / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n" + plain + plain);
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_TRUE(requests.head_only() && requests.must_be_told());
    EXPECT_EQ(requests.next(), State::complete);
    EXPECT_TRUE(!requests.head_only() && !requests.must_be_told() && requests.keep_alive());
    EXPECT_EQ(requests.next(), State::complete) << "a host of its own";
}

TEST(HttpRequests, RefusesWhatIsNone) {
    // Each is wrong in one way alone.
    for (const char* const line :
         {"GET", "GET /", "GET / ", "GET  HTTP/1.1", "GET / HTTP/2", "GET / http/1.1", "GET / HTTP/1.1x",
          "GE T / HTTP/1.1", "GET /a b HTTP/1.1", "G(T / HTTP/1.1", "GET /\x01 HTTP/1.1", " / HTTP/1.1"}) {
        EXPECT_EQ(read(std::string{line} + "\r\nHost: x\r\n\r\n"), State::malformed) << line;
    }
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n"), State::malformed) << "without a host";
    const auto with = [](const std::string& field) {
        return read("GET / HTTP/1.1\r\nHost: x\r\n" + field + "\r\n\r\n");
    };
    EXPECT_EQ(with("X: y"), State::complete);
    EXPECT_EQ(with("X y"), State::malformed) << "no colon";
    EXPECT_EQ(with(" folded"), State::malformed);
    EXPECT_EQ(with("X : y"), State::malformed) << "a request to smuggle";
    EXPECT_EQ(with(": y"), State::malformed);
    EXPECT_EQ(with(std::string{"X: y"} + '\0'), State::malformed);
    EXPECT_EQ(with("X: y\rz"), State::malformed);
}

TEST(HttpRequests, RefusesWhatOthersCouldReadInAnotherWay) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x y\r\n\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost:\r\n\r\n"), State::complete) << "none is known to the client";
    EXPECT_EQ(read("GET / HTTP/1.0\r\n\r\n"), State::complete);
    for (const char* const length : {"abc", "", "-1", "+0", "0x0", "0, 0"}) {
        EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::string{length} + "\r\n\r\n"),
                  State::malformed)
            << length;
    }
}

TEST(HttpRequests, RefusesAtOnceWhatCannotBecomeOne) {
    using namespace std::string_literals;
    EXPECT_EQ(read("\x16\x03\x01\x02\x00\x01\x00"s), State::malformed) << "TLS";
    EXPECT_EQ(read(" "), State::malformed);
    EXPECT_EQ(read("\r\n\r\n\x16"), State::malformed);
    EXPECT_EQ(read("\rG"), State::malformed);
    EXPECT_EQ(read("SSH-2.0-OpenSSH_9.2p1\r\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nX y\r\n"), State::malformed) << "before the end of the fields";
    EXPECT_EQ(read("PUT / HTTP/1.1\r\n"), State::not_possible);
    // An end of line that some take for one, and some do not.
    EXPECT_EQ(read("\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\n"), State::malformed);
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\n\n"), State::malformed);
    // May still become one.
    for (const char* const begin :
         {"", "\r", "\r\n", "\r\n\r", "G", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\nHost: x\r\n\r"}) {
        EXPECT_EQ(read(begin), State::unfinished) << begin;
    }
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

TEST(HttpRequests, CountsEmptyLinesBeforeARequest) {
    std::string lines;
    for (std::size_t bytes = 0; bytes < HttpRequests::largest - 100; bytes += 2) lines += "\r\n";
    EXPECT_EQ(read(lines + plain), State::complete);
    HttpRequests requests;
    for (int piece = 0; piece < 2; ++piece) {
        requests.add(lines);
        EXPECT_EQ(requests.next(), piece == 0 ? State::unfinished : State::too_large);
    }
}

TEST(HttpRequests, CountsEachRequestForItself) {
    HttpRequests requests;
    std::string many;
    while (many.size() < 2 * HttpRequests::largest) many += plain;
    requests.add(many);
    for (std::size_t bytes = 0; bytes < many.size(); bytes += plain.size()) EXPECT_EQ(requests.next(), State::complete);
    EXPECT_EQ(requests.next(), State::unfinished);
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

TEST_F(Http, AnswersHeadWithoutABody) {
    Script served = handler();
    served.receive("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = answered(served);
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
    served.receive(plain);
    const std::string page = answered(served);
    EXPECT_TRUE(page.starts_with(head) && page.size() == head.size() + 100) << page;
}

// The peer's clients compare every byte.
TEST_F(Http, SaysOfTheConnectionOnlyWhatItsClientWouldNotKnow) {
    const std::string begin = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n";
    const auto head_for = [&](const std::string& request) {
        Script served = handler();
        served.receive(request);
        const std::string answer = answered(served);
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
        const std::string answer = answered(served);
        EXPECT_TRUE(answer.starts_with(std::string{"HTTP/1.1 "} + status)) << answer;
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
        served.receive_end();
        EXPECT_TRUE(served.asks<tasks::Finish>());
    }
}

TEST_F(Http, DiscardsWhatComesAfterItsLastAnswer) {
    Script served = handler();
    served.receive("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + plain);
    EXPECT_EQ(answered(served).find("HTTP/1.1", 1), std::string::npos) << "what comes after a close is not answered";
    served.receive(plain);
    EXPECT_TRUE(served.asks<tasks::Receive>());
    // The client was answered, in whatever way it goes.
    served.answer(-ECONNRESET);
    EXPECT_EQ(served.asked<tasks::Finish>().error, 0);
}

TEST_F(Http, DoesNotDiscardForEver) {
    Script served = handler();
    served.receive("nonsense\r\n");
    (void)answered(served);
    const std::string more(4096, 'x');
    constexpr std::size_t enough = std::size_t{64} << 20;
    std::size_t discarded = 0;
    for (; served.asks<tasks::Receive>() && discarded < enough; discarded += more.size()) served.receive(more);
    EXPECT_TRUE(served.asks<tasks::Finish>());
    EXPECT_GT(discarded, std::size_t{1} << 20) << "it may lose its answer";
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
