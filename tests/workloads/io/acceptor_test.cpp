#include "workloads/io/acceptor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "script.h"

namespace workloads {
namespace {

// Finishes with the number of its descriptor.
class HandlerTask final : public tasks::Task {
public:
    explicit HandlerTask(sys::UniqueFd connection) : connection_{std::move(connection)} {}
    tasks::Operation resume(tasks::Result) override {
        return tasks::Finish{static_cast<std::uint64_t>(connection_.get())};
    }

private:
    sys::UniqueFd connection_;
};

class Acceptors : public testing::Test {
protected:
    std::unique_ptr<tasks::Task> make(std::uint64_t connections) {
        auto handler = [](sys::UniqueFd connection) { return std::make_unique<HandlerTask>(std::move(connection)); };
        return std::make_unique<Acceptor<decltype(handler)>>(listener, tickets, connections, handler);
    }
    static constexpr int listener = 77;
    std::atomic<std::uint64_t> tickets{0};
};

TEST_F(Acceptors, AcceptAndSpawnForEachConnectionAndEnd) {
    Script acceptor{make(2)};
    for (int connection = 0; connection < 2; ++connection) {
        EXPECT_EQ(acceptor.asked<tasks::Accept>().listener, listener);
        const int descriptor = some_descriptor();
        acceptor.answer(descriptor);
        const auto handler = acceptor.take_spawned();
        EXPECT_EQ(std::get<tasks::Finish>(handler->resume({})).digest, static_cast<std::uint64_t>(descriptor));
        acceptor.answer(0);
    }
    EXPECT_EQ(acceptor.asked<tasks::Finish>().error, 0);
    EXPECT_EQ(acceptor.asked<tasks::Finish>().digest, 0U);
}

TEST_F(Acceptors, EndAtOnceWithoutConnections) { EXPECT_TRUE(Script{make(0)}.asks<tasks::Finish>()); }

TEST_F(Acceptors, ShareAListenerAndNeverWaitForTooMany) {
    // Three acceptors in every order of steps never wait for more connections than are still to come.
    constexpr int connections = 5;
    for (int order = 0; order < 3 * 3 * 3 * 3 * 3; ++order) {
        tickets = 0;
        std::vector<Script> acceptors;
        for (int i = 0; i < 3; ++i) acceptors.emplace_back(make(connections));
        const auto waiting = [&] {
            return std::ranges::count_if(acceptors, [](const Script& one) { return one.asks<tasks::Accept>(); });
        };
        int digits = order;
        for (int accepted = 0; accepted < connections; ++accepted, digits /= 3) {
            ASSERT_GT(waiting(), 0) << "no acceptor waits for connection " << accepted;
            ASSERT_LE(waiting(), connections - accepted);
            // `order` chooses which of the waiting acceptors gets the connection.
            auto next = static_cast<std::size_t>(digits % 3);
            while (!acceptors[next].asks<tasks::Accept>()) next = (next + 1) % acceptors.size();
            (void)accept_one(acceptors[next]);
        }
        for (Script& acceptor : acceptors) ASSERT_TRUE(acceptor.asks<tasks::Finish>());
    }
}

TEST_F(Acceptors, GiveUpIfAStepFails) {
    const auto answer = [](Script& acceptor, int) {
        acceptor.asks<tasks::Accept>() ? acceptor.answer(some_descriptor()) : acceptor.answer(0);
    };
    const auto make_two = [this] {
        tickets = 0;
        return make(2);
    };
    // Accept and Spawn, twice.
    EXPECT_EQ(fail_each_step(make_two, answer, EMFILE), 4);
}

}  // namespace
}  // namespace workloads
