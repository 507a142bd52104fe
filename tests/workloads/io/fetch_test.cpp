// The clients of fetch and their slow server, step by step, without a socket between them.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <variant>

#include "conversation.h"
#include "sys/check.h"
#include "sys/unique_fd.h"
#include "the_only.h"
#include "workloads/table.h"

namespace workloads {
namespace {

constexpr std::size_t clients = 3;
constexpr std::size_t pages = 2;
constexpr std::size_t page_bytes = 101;

class Fetch : public testing::Test {
protected:
    Fetch() { fetch_->begin(); }

    static std::unique_ptr<Workload> make(std::size_t bytes, std::int64_t delay_ms = 1) {
        return find("fetch").make(tasks::Arguments{{"clients", clients},
                                                   {"pages", pages},
                                                   {"delay_ms", delay_ms},
                                                   {"page_bytes", static_cast<int>(bytes)}},
                                  {});
    }
    // The server's answer to the first request of client 0.
    static std::string first_answer(Workload& fetch) {
        const auto peer = the_only(fetch.make_peer(1));
        Script acceptor{peer->make(0)};
        Script served = accept_one(acceptor);
        Script client{fetch.make(0)};
        client.answer(0);
        served.receive(client.sent());
        served.answer(0);
        std::string answer;
        while (served.asks<tasks::Send>()) answer += served.take_sent();
        EXPECT_TRUE(served.asks<tasks::Receive>());
        fetch.begin();
        return answer;
    }
    // A client that waits for the answer to its first request.
    Script asking_client() {
        Script client{fetch_->make(0)};
        client.answer(0);
        (void)client.take_sent();
        return client;
    }
    void fetch_all(std::size_t piece) {
        Script acceptor{server_->make(0)};
        for (std::size_t index = 0; index < clients; ++index) {
            Script client{fetch_->make(index)};
            Script served = accept_one(acceptor);
            Conversation conversation{client, served, piece};
            conversation.run();
            EXPECT_EQ(conversation.naps(), static_cast<int>(pages));
            enter(ledger_, tasks::root(index), client);
            enter(server_ledger_, tasks::TaskId::spawned, served);
        }
        enter(server_ledger_, tasks::root(0), acceptor);
    }

    std::unique_ptr<Workload> fetch_ = make(page_bytes);
    std::unique_ptr<Workload> server_ = the_only(fetch_->make_peer(1));
    tasks::Ledger ledger_{clients};
    tasks::Ledger server_ledger_{1};
};

TEST_F(Fetch, ClientConnectsAndAsksForItsPage) {
    Script client{fetch_->make(2)};
    const int socket = client.asked<tasks::Connect>().socket;
    EXPECT_NE(client.asked<tasks::Connect>().address.sin_port, 0);
    client.answer(0);
    EXPECT_EQ(client.asked<tasks::Send>().socket, socket);
    EXPECT_EQ(client.sent(), "GET /2/0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

TEST_F(Fetch, ServerAnswersAfterTheDelayInFourChunks) {
    const auto slow = make(page_bytes, 60'000);
    const auto peer = the_only(slow->make_peer(1));
    slow->begin();
    Script acceptor{peer->make(0)};
    Script served = accept_one(acceptor);
    const sys::TimePoint before = sys::now();
    served.receive("GET /0/0 HTTP/1.1\r\n");
    EXPECT_TRUE(served.asks<tasks::Receive>()) << "the request is not complete yet";
    served.receive("\r\n");
    EXPECT_GE(served.asked<tasks::Sleep>().until, before + std::chrono::minutes{1});
    served.answer(0);
    int sends = 0;
    for (; served.asks<tasks::Send>(); ++sends) (void)served.take_sent();
    EXPECT_EQ(sends, 5) << "four chunks, and the empty one that ends the page";
    served.receive_end();
    EXPECT_EQ(served.asked<tasks::Finish>().error, 0);
}

TEST_F(Fetch, OnlyTheServerSleeps) {
    EXPECT_TRUE(server_->demand().sleeps);
    EXPECT_FALSE(fetch_->demand().sleeps);
}

TEST_F(Fetch, PagesOfEverySizeAreRead) {
    for (std::size_t bytes = 1; bytes <= 20; ++bytes) {
        const auto fetch = make(bytes);
        const std::string answer = first_answer(*fetch);
        Script client{fetch->make(0)};
        client.answer(0);
        client.answer(0);
        client.receive(answer);
        EXPECT_TRUE(client.asks<tasks::Send>()) << bytes;
        EXPECT_EQ(fetch->work().bytes, bytes);
    }
}

TEST_F(Fetch, ClientReceivesItsPageByteByByte) {
    const std::string answer = first_answer(*fetch_);
    Script client = asking_client();
    for (const char& letter : answer) {
        ASSERT_TRUE(client.asks<tasks::Receive>());
        client.receive({&letter, 1});
    }
    EXPECT_EQ(client.sent(), "GET /0/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(fetch_->work().units, 1U);
}

TEST_F(Fetch, ClientEndsWithTheErrorOfAnyStep) {
    const std::string answer = first_answer(*fetch_);
    const auto step = [&](Script& script, int) {
        script.asks<tasks::Receive>() ? (void)script.receive(answer) : script.answer(0);
    };
    // A connect, then a send and a receive for each page. The client accepts the same page twice; only verify() knows
    // which page is right.
    EXPECT_EQ(fail_each_step([this] { return fetch_->make(0); }, step, ETIMEDOUT), 1 + 2 * pages);
}

TEST_F(Fetch, ServerEndsWithTheErrorOfAnyStep) {
    const auto make_handler = [this] {
        fetch_->begin();
        Script acceptor{server_->make(0)};
        acceptor.answer(some_descriptor());
        return acceptor.take_spawned();
    };
    const auto step = [](Script& script, int number) {
        if (!script.asks<tasks::Receive>()) return script.answer(0);
        number > 0 ? script.receive_end() : (void)script.receive("GET /0/0 HTTP/1.1\r\n\r\n");
    };
    // Receive, sleep, five sends, and the receive that gets the end of the stream.
    EXPECT_EQ(fail_each_step(make_handler, step, ECONNRESET), 8);
}

TEST_F(Fetch, ClientFailsIfTheAnswerIsNoPage) {
    Script client = asking_client();
    client.receive("HTTP/1.1 500 Oh\r\n");
    EXPECT_EQ(client.asked<tasks::Finish>().error, -EBADMSG);
}

TEST_F(Fetch, ClientFailsIfTheServerCloses) {
    const std::string answer = first_answer(*fetch_);
    Script client = asking_client();
    client.receive(answer, answer.size() - 1);
    client.receive_end();
    EXPECT_EQ(client.asked<tasks::Finish>().error, -ECONNRESET);
}

TEST_F(Fetch, ServerFailsIfTheRequestIsNotForAPage) {
    for (const std::string_view wrong : {"PUT /0/0 HTTP/1.1\r\n\r\n", "GET /0/0\r\n\r\n"}) {
        fetch_->begin();
        Script acceptor{server_->make(0)};
        Script served = accept_one(acceptor);
        served.receive(wrong);
        served.answer(0);
        EXPECT_EQ(served.asked<tasks::Finish>().error, -EBADMSG) << wrong;
    }
}

TEST_F(Fetch, ServerFailsIfTheClientClosesWithinItsRequest) {
    Script acceptor{server_->make(0)};
    Script served = accept_one(acceptor);
    served.receive("GET");
    served.receive_end();
    EXPECT_EQ(served.asked<tasks::Finish>().error, -EBADMSG);
}

TEST_F(Fetch, IsValidWhenAllHaveTheirPages) {
    for (const std::size_t piece : {std::string::npos, std::size_t{13}, std::size_t{1}}) {
        fetch_->begin();
        ledger_.clear();
        server_ledger_.clear();
        fetch_all(piece);
        EXPECT_EQ(fetch_->verify(ledger_).reason, "");
        EXPECT_EQ(server_->verify(server_ledger_).reason, "");
        EXPECT_EQ(fetch_->work().units, clients * pages);
        EXPECT_EQ(fetch_->work().bytes, clients * pages * page_bytes);
        EXPECT_FALSE(fetch_->work().fairness) << "each client gets the same number of pages";
    }
    EXPECT_EQ(fetch_->latency()->count(), 3 * clients * pages);
}

TEST_F(Fetch, IsInvalidIfOneByteOfABodyIsWrong) {
    std::string answer = first_answer(*fetch_);
    const std::size_t in_body = answer.find("\r\n", answer.find("\r\n\r\n") + 4) + 2;
    answer[in_body] = answer[in_body] == 'A' ? 'B' : 'A';
    fetch_all(std::string::npos);
    Script client = asking_client();
    client.receive(answer);
    client.answer(0);
    client.receive(answer);
    tasks::Ledger wrong{clients};
    enter(wrong, tasks::root(0), client);
    for (std::size_t index = 1; index < clients; ++index) wrong.finish(tasks::root(index), {ledger_.digest(index)});
    EXPECT_EQ(fetch_->verify(wrong).reason, "wrong digest from task 0");
}

TEST_F(Fetch, IsInvalidIfAClientFinishedTwiceOrFailedOrIsMissing) {
    fetch_all(std::string::npos);
    ledger_.finish(tasks::root(2), {ledger_.digest(2)});
    EXPECT_EQ(fetch_->verify(ledger_).reason, "task 2 finished 2 times");
    ledger_.finish(tasks::root(1), {0, -ECONNREFUSED});
    EXPECT_EQ(fetch_->verify(ledger_).reason, "1 tasks failed, the first with: Connection refused");
    ledger_.clear();
    EXPECT_EQ(fetch_->verify(ledger_).reason, "task 0 finished 0 times");
}

TEST_F(Fetch, ServerIsInvalidIfAConnectionWasNotServedToItsEnd) {
    std::array<int, 2> ends{};
    sys::check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
    const sys::UniqueFd client{ends[0]};
    const auto acceptor = server_->make(0);
    ASSERT_TRUE(std::holds_alternative<tasks::Accept>(acceptor->resume({})));
    ASSERT_TRUE(std::holds_alternative<tasks::Spawn>(acceptor->resume({ends[1]})));
    server_ledger_.finish(tasks::root(0), {0});
    EXPECT_EQ(server_->verify(server_ledger_).reason, "0 of 1 connections were served to their end");
    server_ledger_.finish(tasks::TaskId::spawned, {0});
    EXPECT_EQ(server_->verify(server_ledger_).reason, "");
}

}  // namespace
}  // namespace workloads
