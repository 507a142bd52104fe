// The server of head_of_line and its clients, step by step. How clients keep their pace is tested in
// client_pace_test.cpp.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "service.h"
#include "the_only.h"
#include "workloads/integer_work.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::int64_t connections = 3;
constexpr std::int64_t short_us = 1;
constexpr std::int64_t long_us = 30;

struct Wanted {
    std::int64_t long_percent = 20;
    std::int64_t inline_us = 5;
    std::int64_t requests = 200;
};

std::unique_ptr<Workload> make_server(Wanted wanted) {
    auto server = find("head_of_line")
                      .make({{"connections", connections},
                             {"inline_us", wanted.inline_us},
                             {"long_percent", wanted.long_percent},
                             {"long_us", long_us},
                             {"rate", 1'000'000},
                             {"requests", wanted.requests},
                             {"short_us", short_us}},
                            {});
    server->begin();
    return server;
}
std::string request(std::uint64_t code, std::int64_t work) {
    std::string bytes(16, '\0');
    std::memcpy(bytes.data(), &code, 8);
    std::memcpy(bytes.data() + 8, &work, 8);
    return bytes;
}
std::string answer_to(std::uint64_t code, std::int64_t work) {
    const std::uint64_t answer = tasks::mix(code, integer_work(work));
    return {reinterpret_cast<const char*>(&answer), sizeof answer};
}

class HeadOfLine : public testing::Test {
protected:
    static Script handler_of(Workload& server) {
        Script acceptor{server.make(0)};
        return accept_one(acceptor);
    }

    std::unique_ptr<Workload> server_ = make_server({});
};

TEST_F(HeadOfLine, AShortRequestIsComputedByItsHandlerAndALongOneAsksFirst) {
    Script handler = handler_of(*server_);
    handler.receive(request(7, short_us));
    EXPECT_EQ(handler.take_sent(), answer_to(7, short_us));
    handler.receive(request(8, long_us));
    handler.compute();
    EXPECT_EQ(handler.take_sent(), answer_to(8, long_us));
    handler.receive_end();
    EXPECT_EQ(handler.asked<tasks::Finish>().digest, tasks::mix(2, 15));
}

TEST_F(HeadOfLine, ShortRequestsAskTooIfNothingIsInline) {
    const auto server = make_server({.inline_us = 0});
    Script handler = handler_of(*server);
    handler.receive(request(7, short_us));
    handler.compute();
    EXPECT_EQ(handler.take_sent(), answer_to(7, short_us));
}

TEST_F(HeadOfLine, ARequestMayComeInPieces) {
    Script handler = handler_of(*server_);
    for (int time = 0; time < 2; ++time) {
        const std::string bytes = request(7, short_us);
        for (std::string_view rest = bytes; !rest.empty();) {
            EXPECT_TRUE(handler.asks<tasks::Receive>());
            rest = handler.receive(rest, 5);
        }
        EXPECT_EQ(handler.take_sent(), answer_to(7, short_us));
    }
}

TEST_F(HeadOfLine, TheServerRefusesWhatNoClientSends) {
    for (const std::string& bytes : {request(7, long_us + 1), request(7, -1), request(7, short_us) + "x"}) {
        Script handler = handler_of(*server_);
        handler.receive(bytes);
        EXPECT_EQ(handler.asked<tasks::Finish>().error, -EBADMSG);
        server_->begin();
    }
}

TEST_F(HeadOfLine, TheServerEndsWithTheErrorOfAnyStep) {
    int requests_left = 0;
    const auto make = [&] {
        requests_left = 2;
        server_->begin();
        Script acceptor{server_->make(0)};
        acceptor.answer(some_descriptor());
        return acceptor.take_spawned();
    };
    const auto answer = [&](Script& script, int) {
        if (script.asks<tasks::Send>()) return (void)script.take_sent();
        if (script.asks<tasks::Compute>()) return script.compute();
        requests_left-- > 0 ? (void)script.receive(request(7, long_us)) : script.receive_end();
    };
    // Receive, compute and send, twice, and the receive that gets the end of the stream.
    EXPECT_EQ(fail_each_step(make, answer, ECONNRESET), 7);
}

TEST_F(HeadOfLine, AClientRefusesAnAnswerWhoseWorkWasNotDone) {
    const auto clients = the_only(server_->make_peer(1));
    Script client{clients->make(0)};
    client.answer(0);
    const std::string sent = client.take_sent();
    std::uint64_t code = 0;
    std::memcpy(&code, sent.data(), 8);
    EXPECT_EQ(sent, request(code, short_us)) << "the first round is short";
    client.receive(answer_to(code, 0));
    EXPECT_TRUE(client.asks<tasks::Announce>());
    client.answer(0);
    EXPECT_EQ(client.asked<tasks::Finish>().error, -EBADMSG);
}

class HeadOfLineServed : public testing::TestWithParam<std::int64_t> {};

TEST_P(HeadOfLineServed, HasExactlyTheLongRequestsOfEachHundred) {
    const auto server = make_server({.long_percent = GetParam()});
    const auto peer = the_only(server->make_peer(1));
    for (const std::size_t piece : {std::string::npos, std::size_t{3}}) {
        clear_latency(*server);
        server->begin();
        tasks::Ledger ledger{1};
        tasks::Ledger peer_ledger{connections};
        Service service{*server, *peer, piece};
        service.run(ledger, peer_ledger);
        EXPECT_EQ(server->verify(ledger).reason, "");
        EXPECT_EQ(peer->verify(peer_ledger).reason, "");
        EXPECT_EQ(server->work().units, 200U);
        const std::uint64_t of_long = 2 * static_cast<std::uint64_t>(GetParam());
        int computations = 0;
        for (std::size_t client = 0; client < connections; ++client) {
            computations += service.conversation(client).computations();
        }
        EXPECT_EQ(computations, static_cast<int>(of_long));
        ASSERT_EQ(server->other_latencies().size(), 1U);
        EXPECT_EQ(server->other_latencies()[0].name, "long");
        EXPECT_EQ(server->other_latencies()[0].times->count(), of_long);
        EXPECT_EQ(server->latency()->count(), 200 - of_long);
        EXPECT_EQ(server->latency_uncorrected()->count(), 200 - of_long);
    }
}
INSTANTIATE_TEST_SUITE_P(Percent, HeadOfLineServed, testing::Values(0, 1, 20, 100));

TEST_F(HeadOfLine, IsInvalidIfTheServerAnsweredAnotherNumberOfRequests) {
    const auto peer = the_only(server_->make_peer(1));
    tasks::Ledger ledger{1};
    tasks::Ledger peer_ledger{connections};
    Service{*server_, *peer}.run(ledger, peer_ledger);
    tasks::Ledger other{1};
    other.finish(tasks::root(0), {0});
    for (int handler = 0; handler < connections; ++handler) other.finish(tasks::TaskId::spawned, {1});
    EXPECT_EQ(server_->verify(other).reason, "wrong digest from the connections");
}

}  // namespace
}  // namespace workloads
