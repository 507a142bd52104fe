// The clients of open_echo, step by step. How they keep their pace is tested in client_pace_test.cpp.
#include <gtest/gtest.h>

#include <chrono>

#include "service.h"
#include "the_only.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

using std::chrono::minutes;

class OpenEcho : public testing::Test {
protected:
    OpenEcho() { server_->begin(); }

    static std::unique_ptr<Workload> make(std::int64_t connections, std::int64_t rate, std::int64_t requests) {
        return find("open_echo")
            .make({{"connections", connections}, {"payload", 20}, {"rate", rate}, {"requests", requests}}, {});
    }
    static void answer_request(Script& client) { client.receive(in_upper_case(client.take_sent())); }
    // A client that has got its answer of the first round.
    Script arrived_client(std::size_t index) {
        Script client{clients_->make(index)};
        client.answer(0);
        answer_request(client);
        return client;
    }

    static constexpr std::int64_t clients_count = 100;
    // A request a second: in this test none falls due but the first.
    std::unique_ptr<Workload> server_ = make(clients_count, 1, 200);
    std::unique_ptr<Workload> clients_ = the_only(server_->make_peer(1));
};

TEST_F(OpenEcho, SendsWhenItIsDueAfterAllWereAnswered) {
    Script client = arrived_client(60);
    EXPECT_TRUE(client.asks<tasks::Await>());
    Windows& windows = *server_->windows();
    for (std::int64_t others = clients_count - 2; others > 0; --others) (void)windows.arrive({});
    Script first = arrived_client(0);
    first.compute();
    EXPECT_EQ(first.asked<tasks::Announce>().event, client.asked<tasks::Await>().event);
    first.answer(0);
    EXPECT_TRUE(first.asks<tasks::Send>()) << "request 0 is due at once";
    client.answer(0);
    EXPECT_EQ(client.asked<tasks::Sleep>().until, windows.opened() + minutes{1});
    client.answer(0);
    EXPECT_TRUE(client.asks<tasks::Send>());
}

TEST_F(OpenEcho, OnlyClientsThatKeepARateSleep) {
    EXPECT_TRUE(clients_->demand().sleeps);
    EXPECT_FALSE(server_->demand().sleeps);
    const auto closed_loop = find("echo").make(tasks::complete(find("echo").parameters, {}), {});
    EXPECT_FALSE(the_only(closed_loop->make_peer(1))->demand().sleeps);
}

TEST_F(OpenEcho, EndsIfAnAwaitOrASleepFails) {
    Script waiting = arrived_client(0);
    Script sleeping = arrived_client(60);
    for (std::int64_t others = clients_count - 2; others > 0; --others) (void)server_->windows()->arrive({});
    server_->windows()->turn();
    sleeping.answer(0);
    EXPECT_TRUE(sleeping.asks<tasks::Sleep>());
    for (Script* const client : {&waiting, &sleeping}) {
        client->answer(-EINTR);
        EXPECT_TRUE(client->asks<tasks::Announce>());
        client->answer(0);
        EXPECT_EQ(client->asked<tasks::Finish>().error, -EINTR);
    }
}

TEST_F(OpenEcho, IsValidWhenAllAreServed) {
    const auto server = make(3, 1'000'000, 10);
    const auto peer = the_only(server->make_peer(1));
    server->begin();
    tasks::Ledger ledger{1};
    tasks::Ledger peer_ledger{3};
    Service{*server, *peer}.run(ledger, peer_ledger);
    EXPECT_EQ(server->verify(ledger).reason, "");
    EXPECT_EQ(peer->verify(peer_ledger).reason, "");
    EXPECT_EQ(server->work().units, 10U);
    EXPECT_EQ(server->latency()->count(), 10U);
    ASSERT_NE(server->latency_uncorrected(), nullptr);
    EXPECT_EQ(server->latency_uncorrected()->count(), 10U);
}

TEST_F(OpenEcho, TheClosedLoopHasNoUncorrectedLatency) {
    EXPECT_EQ(find("echo")
                  .make({{"connections", 1}, {"payload", 1}, {"requests", 1}, {"work_us", 0}}, {})
                  ->latency_uncorrected(),
              nullptr);
}

}  // namespace
}  // namespace workloads
