#include "workloads/io/acceptor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <numeric>
#include <vector>

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

std::unique_ptr<tasks::Task> make(const Listeners& listeners, std::size_t number = 0) {
    return make_acceptor(number, listeners,
                         [](sys::UniqueFd connection) { return std::make_unique<HandlerTask>(std::move(connection)); });
}
// All acceptors of the listeners, each at its first operation.
std::vector<Script> make_all(const Listeners& listeners) {
    std::vector<Script> acceptors;
    for (std::size_t number = 0; number < listeners.acceptors(); ++number) {
        acceptors.emplace_back(make(listeners, number));
    }
    return acceptors;
}

TEST(AcceptorTask, AcceptsAndSpawnsForEachConnectionAndEnds) {
    Listeners listeners{{}, 2, 2};
    listeners.begin();
    Script acceptor{make(listeners)};
    for (int connection = 0; connection < 2; ++connection) {
        EXPECT_EQ(acceptor.asked<tasks::Accept>().listener, listeners.listener_of(0));
        const int descriptor = some_descriptor();
        acceptor.answer(descriptor);
        const auto handler = acceptor.take_spawned();
        EXPECT_EQ(std::get<tasks::Finish>(handler->resume({})).digest, static_cast<std::uint64_t>(descriptor));
        acceptor.answer(0);
    }
    EXPECT_EQ(acceptor.asked<tasks::Finish>().error, 0);
    EXPECT_EQ(acceptor.asked<tasks::Finish>().digest, 0U);
    EXPECT_EQ(listeners.connections_by_acceptor(), std::vector<std::uint64_t>{2});
}

TEST(AcceptorTask, EndsAtOnceWithoutConnections) {
    for (const bool own : {false, true}) {
        Listeners listeners{{.count = 1, .own_listeners = own}, 0, 1};
        listeners.begin();
        EXPECT_TRUE(Script{make(listeners)}.asks<tasks::Finish>());
    }
}

TEST(AcceptorTask, NeverWaitsForTooManyAtASharedListener) {
    // Three acceptors in every order of steps never wait for more connections than are still to come.
    constexpr int connections = 5;
    Listeners listeners{{3}, connections, connections};
    for (int order = 0; order < 3 * 3 * 3 * 3 * 3; ++order) {
        listeners.begin();
        std::vector<Script> acceptors = make_all(listeners);
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
        const std::vector<std::uint64_t> counts = listeners.connections_by_acceptor();
        ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), 0U), static_cast<unsigned>(connections));
    }
}

// Whether its listener has been shut down: then accept fails, and a task that waits in accept wakes.
bool is_shut_down(int listener) {
    sys::set_nonblocking(listener);
    return ::accept(listener, nullptr, nullptr) == -1 && errno == EINVAL;
}

TEST(AcceptorTask, WaitsAtItsOwnListenerUntilAllConnectionsAreUp) {
    Listeners listeners{{.count = 3, .own_listeners = true}, 2, 2};
    for (int run = 0; run < 2; ++run) {
        listeners.begin();
        std::vector<Script> acceptors = make_all(listeners);
        for (std::size_t number = 0; number < acceptors.size(); ++number) {
            EXPECT_EQ(acceptors[number].asked<tasks::Accept>().listener, listeners.listener_of(number));
        }
        (void)accept_one(acceptors[1]);
        EXPECT_TRUE(acceptors[1].asks<tasks::Accept>()) << "the next one may be hashed to it too";
        EXPECT_FALSE(is_shut_down(listeners.listener_of(0)));
        (void)accept_one(acceptors[1]);
        EXPECT_TRUE(acceptors[1].asks<tasks::Finish>()) << "no connection is missing";
        for (const std::size_t number : {0U, 2U}) {
            EXPECT_TRUE(is_shut_down(listeners.listener_of(number)));
            acceptors[number].answer(-EINVAL);
        }
        for (Script& acceptor : acceptors) EXPECT_EQ(acceptor.asked<tasks::Finish>().error, 0);
        EXPECT_EQ(listeners.connections_by_acceptor(), (std::vector<std::uint64_t>{0, 2, 0}));
    }
}

TEST(AcceptorTask, FailsIfItsOwnListenerFailsWhileConnectionsAreMissing) {
    Listeners listeners{{.count = 2, .own_listeners = true}, 2, 2};
    listeners.begin();
    std::vector<Script> acceptors = make_all(listeners);
    (void)accept_one(acceptors[0]);
    listeners.shut_down();
    for (Script& acceptor : acceptors) {
        acceptor.answer(-EINVAL);
        EXPECT_EQ(acceptor.asked<tasks::Finish>().error, -EINVAL);
    }
}

TEST(AcceptorTask, GivesUpIfAStepFails) {
    Listeners listeners{{}, 2, 2};
    const auto answer = [](Script& acceptor, int) {
        acceptor.asks<tasks::Accept>() ? acceptor.answer(some_descriptor()) : acceptor.answer(0);
    };
    const auto make_two = [&] {
        listeners.begin();
        return make(listeners);
    };
    // Accept and Spawn, twice.
    EXPECT_EQ(fail_each_step(make_two, answer, EMFILE), 4);
}

}  // namespace
}  // namespace workloads
