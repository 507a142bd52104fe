// The server of slow_readers, its quick clients and its slow readers, step by step.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include "service.h"
#include "the_only.h"
#include "workloads/table.h"
#include "workloads/windows.h"

namespace workloads {
namespace {

constexpr std::size_t quick = 2;
constexpr std::size_t slow = 2;
constexpr std::size_t requests = 9;
constexpr std::size_t answer_bytes = 40 << 10;
constexpr std::size_t read_bytes = 16 << 10;
constexpr std::int64_t pause_us = 50;

std::unique_ptr<Workload> make_server(std::size_t readers = slow, std::size_t windows = 2) {
    auto server = find("slow_readers")
                      .make({{"answer_kib", answer_bytes >> 10},
                             {"connections", quick},
                             {"pause_us", pause_us},
                             {"requests", requests},
                             {"slow", static_cast<std::int64_t>(readers)}},
                            {});
    server->windows()->plan(windows, nullptr);
    server->begin();
    return server;
}
std::string request(std::uint64_t code, std::uint64_t is_large) {
    std::string bytes(16, '\0');
    std::memcpy(bytes.data(), &code, 8);
    std::memcpy(bytes.data() + 8, &is_large, 8);
    return bytes;
}

class SlowReaders : public testing::Test {
protected:
    Script handler() {
        server_->begin();
        Script acceptor{server_->make(0)};
        return accept_one(acceptor);
    }
    std::string large_answer() {
        Script serving = handler();
        serving.receive(request(0, 1));
        return serving.take_sent();
    }
    // A slow reader that has connected and asked.
    Script asking_reader() {
        Script reader{peer_->make(quick)};
        reader.answer(0);
        (void)reader.take_sent();
        return reader;
    }
    // The quick clients and the other slow readers.
    void others_arrive() {
        for (std::size_t other = 0; other < quick + slow - 1; ++other) (void)server_->windows()->arrive({});
    }

    std::unique_ptr<Workload> server_ = make_server();
    std::unique_ptr<Workload> peer_ = the_only(server_->make_peer(1));
};

TEST_F(SlowReaders, TheServerHasTwoKindsOfAnswers) {
    Script serving = handler();
    serving.receive(request(7, 0));
    EXPECT_EQ(serving.take_sent().size(), 8U);
    serving.receive(request(8, 1), 5);
    serving.receive(request(8, 1).substr(5));
    EXPECT_EQ(serving.take_sent().size(), answer_bytes);
    serving.receive_end();
    EXPECT_EQ(serving.asked<tasks::Finish>().digest, tasks::mix(2, 15));
}

TEST_F(SlowReaders, TheServerRefusesWhatNoClientSends) {
    for (const std::string& bytes : {request(7, 2), request(7, 0) + "x"}) {
        Script serving = handler();
        serving.receive(bytes);
        EXPECT_EQ(serving.asked<tasks::Finish>().error, -EBADMSG);
    }
}

TEST_F(SlowReaders, TheServerEndsWithTheErrorOfAnyStep) {
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
        requests_left-- > 0 ? (void)script.receive(request(7, 1)) : script.receive_end();
    };
    // Receive and send, twice, and the receive that gets the end of the stream.
    EXPECT_EQ(fail_each_step(make, answer, ECONNRESET), 5);
}

TEST_F(SlowReaders, AReaderWaitsAtTheGateWhenItHasBegunItsAnswer) {
    const std::string answer = large_answer();
    Script reader = asking_reader();
    EXPECT_EQ(reader.asked<tasks::Receive>().into.size(), read_bytes);
    reader.receive(answer, 100);
    EXPECT_EQ(reader.asked<tasks::Await>().event, 0);
}

TEST_F(SlowReaders, AReaderPausesInAWindowUntilTheQuotaIsUsedUp) {
    const std::string answer = large_answer();
    Script reader = asking_reader();
    std::string_view rest = reader.receive(answer);
    others_arrive();
    server_->windows()->turn();
    reader.answer(0);
    for (int part = 0; part < 2; ++part) {
        const sys::TimePoint before = sys::now();
        rest = reader.receive(rest, 1000);
        EXPECT_GE(reader.asked<tasks::Sleep>().until, before + std::chrono::microseconds{pause_us});
        reader.answer(0);
    }
    while (server_->windows()->draw()) {
    }
    reader.receive(rest, 1000);
    EXPECT_EQ(reader.asked<tasks::Await>().event, 1) << "the others do not wait for a pause";
}

TEST_F(SlowReaders, AReaderAsksAgainWhenItsAnswerIsComplete) {
    const std::string answer = large_answer();
    Script reader = asking_reader();
    std::string_view rest = reader.receive(answer);
    others_arrive();
    server_->windows()->turn();
    reader.answer(0);
    while (!rest.empty()) {
        rest = reader.receive(rest);
        reader.answer(0);  // of the sleep
    }
    EXPECT_EQ(reader.sent().size(), 16U);
}

TEST_F(SlowReaders, AfterTheLastWindowAReaderReadsTheRestWithoutAPause) {
    const std::string answer = large_answer();
    server_ = make_server(slow, 1);
    peer_ = the_only(server_->make_peer(1));
    Script reader = asking_reader();
    std::string_view rest = reader.receive(answer);
    for (int gate = 0; gate < 2; ++gate) {
        if (gate == 1) (void)server_->windows()->draw();
        others_arrive();
        server_->windows()->turn();
        if (gate == 1) break;
        while (server_->windows()->draw()) {
        }
        reader.answer(0);
        rest = reader.receive(rest);
        EXPECT_EQ(reader.asked<tasks::Await>().event, 1);
    }
    EXPECT_TRUE(server_->windows()->has_ended());
    reader.answer(0);
    while (!rest.empty()) {
        ASSERT_TRUE(reader.asks<tasks::Receive>());
        rest = reader.receive(rest, 5000);
    }
    EXPECT_EQ(reader.asked<tasks::Finish>().error, 0);
}

TEST_F(SlowReaders, AReaderComparesEveryByte) {
    for (const std::size_t wrong : {std::size_t{0}, read_bytes - 1, read_bytes + 5}) {
        std::string answer = large_answer();
        answer[wrong] = static_cast<char>(answer[wrong] ^ 1);
        Script reader = asking_reader();
        others_arrive();
        std::string_view rest = answer;
        while (reader.asks<tasks::Receive>()) {
            rest = reader.receive(rest);
            if (reader.asks<tasks::Compute>()) reader.compute();
            if (reader.asks<tasks::Sleep>() || (reader.asks<tasks::Announce>() && wrong > read_bytes)) {
                if (!server_->windows()->has_failed()) reader.answer(0);
            }
        }
        EXPECT_TRUE(server_->windows()->has_failed()) << wrong;
        reader.answer(0);
        EXPECT_EQ(reader.asked<tasks::Finish>().error, -EBADMSG) << wrong;
    }
}

TEST_F(SlowReaders, AReaderEndsWithTheErrorOfAnyStep) {
    const std::string answer = large_answer();
    std::string_view rest;
    const auto make = [&] {
        server_->begin();
        others_arrive();
        rest = answer;
        return peer_->make(quick);
    };
    const auto perform = [&](Script& script, int) {
        if (script.asks<tasks::Receive>()) return (void)(rest = script.receive(rest.empty() ? answer : rest));
        if (script.asks<tasks::Compute>()) {
            script.compute();
            while (server_->windows()->draw()) {
            }
            return others_arrive();
        }
        if (script.asks<tasks::Send>()) return (void)script.take_sent();
        script.answer(0);
    };
    EXPECT_GT(fail_each_step(make, perform, ETIMEDOUT), 10);
}

TEST_F(SlowReaders, AreValidWhenAllAreServed) {
    for (const std::size_t readers : {std::size_t{0}, slow}) {
        const auto server = make_server(readers);
        const auto peer = the_only(server->make_peer(1));
        EXPECT_EQ(server->demand().together, quick + readers);
        for (const std::size_t piece : {std::string::npos, std::size_t{7'000}}) {
            clear_latency(*server);
            server->begin();
            tasks::Ledger ledger{1};
            tasks::Ledger peer_ledger{quick + readers};
            Service{*server, *peer, piece}.run(ledger, peer_ledger);
            EXPECT_EQ(server->verify(ledger).reason, "");
            EXPECT_EQ(peer->verify(peer_ledger).reason, "");
            EXPECT_EQ(server->work().units, 2 * requests) << "of the quick clients alone";
            EXPECT_EQ(server->latency()->count(), 2 * requests);
        }
    }
}

TEST_F(SlowReaders, AreInvalidIfAnAnswerWasNotCounted) {
    tasks::Ledger ledger{1};
    tasks::Ledger peer_ledger{quick + slow};
    Service{*server_, *peer_}.run(ledger, peer_ledger);
    tasks::Ledger wrong{1};
    wrong.finish(tasks::root(0), {0});
    for (std::size_t handler = 0; handler < quick + slow; ++handler) wrong.finish(tasks::TaskId::spawned, {1});
    EXPECT_EQ(server_->verify(wrong).reason, "wrong digest from the connections");
}

}  // namespace
}  // namespace workloads
