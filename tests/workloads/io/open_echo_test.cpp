// The clients of open_echo, step by step.
#include <gtest/gtest.h>

#include <chrono>

#include "conversation.h"
#include "workloads/table.h"

namespace workloads {
namespace {

using std::chrono::milliseconds;

class OpenEcho : public testing::Test {
protected:
    OpenEcho() { server_->begin(); }

    static void answer_request(Script& client) { client.receive(in_upper_case(client.take_sent())); }
    Script connected_client(std::size_t index) {
        Script client{clients_->make(index)};
        client.answer(0);
        return client;
    }

    // Two clients take turns to send a request every 10 ms.
    std::unique_ptr<Workload> server_ =
        find("open_echo").make({{"connections", 2}, {"payload", 20}, {"rate", 100}, {"requests", 2}}, 1);
    std::unique_ptr<Workload> clients_ = server_->make_peer();
};

TEST_F(OpenEcho, BeginsWhenAllAreConnected) {
    Script first = connected_client(0);
    EXPECT_TRUE(first.asks<tasks::Await>());
    Script second = connected_client(1);
    EXPECT_TRUE(second.asks<tasks::Announce>());
}

TEST_F(OpenEcho, SendsInTurnAndInTime) {
    Script first = connected_client(0);
    const sys::TimePoint before = sys::now();
    Script second = connected_client(1);
    const sys::TimePoint after = sys::now();
    first.answer(0);
    second.answer(0);
    EXPECT_TRUE(first.asks<tasks::Send>()) << "its first request is due at once";
    const sys::TimePoint seconds_turn = second.asked<tasks::Sleep>().until;
    EXPECT_GE(seconds_turn, before + milliseconds{10});
    EXPECT_LE(seconds_turn, after + milliseconds{10});
    answer_request(first);
    EXPECT_EQ(first.asked<tasks::Sleep>().until, seconds_turn + milliseconds{10});
}

TEST_F(OpenEcho, CountsFromTheIntendedSend) {
    Script first = connected_client(0);
    Script second = connected_client(1);
    first.answer(0);
    // The answer to the first request comes after the second request should have been sent.
    sys::sleep_until(sys::now() + milliseconds{40});
    answer_request(first);
    EXPECT_TRUE(first.asks<tasks::Send>()) << "the second request is late, so it is sent at once";
    answer_request(first);
    EXPECT_TRUE(first.asks<tasks::Finish>());
    constexpr std::uint64_t ms = 1'000'000;
    EXPECT_GE(server_->latency()->quantile_ns(0.5), 20 * ms)
        << "the second request: it is due after 20 ms, and sent after 40";
    EXPECT_LT(server_->latency_uncorrected()->quantile_ns(0.5), server_->latency()->quantile_ns(0.5));
    EXPECT_EQ(server_->latency()->count(), 2U);
    EXPECT_EQ(server_->latency_uncorrected()->count(), 2U);
}

TEST_F(OpenEcho, EndsIfAnAwaitOrASleepFails) {
    Script first = connected_client(0);
    first.answer(-EINTR);
    EXPECT_EQ(first.asked<tasks::Finish>().error, -EINTR);
    Script second = connected_client(1);
    second.answer(0);
    second.answer(-EINTR);
    EXPECT_EQ(second.asked<tasks::Finish>().error, -EINTR);
}

TEST_F(OpenEcho, TheClosedLoopHasNoUncorrectedLatency) {
    EXPECT_EQ(find("echo").make({{"connections", 1}, {"payload", 1}, {"requests", 1}}, 1)->latency_uncorrected(),
              nullptr);
}

}  // namespace
}  // namespace workloads
