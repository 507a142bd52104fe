// The hand-written servers by themselves: what the matrix does not do to them. A client that goes wrong costs its own
// connection and no other; a server that fails gives back what it had.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <future>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "bench/native/blocking_echo.h"
#include "bench/native/coroutine_echo.h"
#include "bench/native/epoll_echo.h"
#include "bench/native/uring_echo.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/tcp.h"

namespace bench {
namespace {

struct Control {
    std::string name;
    void (*serve)(int listener, std::size_t connections, std::size_t buffer_bytes,
                  const std::function<void(Served)>& ended);
};

class NativeServer : public testing::TestWithParam<Control> {
protected:
    // Makes the listener before any client, and so has a small buffer in all that it accepts.
    NativeServer() {
        const int least = 1;
        sys::check(::setsockopt(listener_.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least), "setsockopt");
    }
    ~NativeServer() override {
        listener_.reset();
        EXPECT_EQ(sys::open_descriptors(), open_before_) << "the server has left something open";
    }

    // Serves beside the test, to which its exception comes through the future.
    std::future<void> start(std::size_t connections, std::size_t buffer_bytes = 4096) {
        return std::async(std::launch::async, [this, connections, buffer_bytes] {
            GetParam().serve(listener_.get(), connections, buffer_bytes, [this](Served served) {
                const std::scoped_lock lock{mutex_};
                ++ended_;
                bytes_ += served.bytes;
                sum_ += served.sum;
            });
        });
    }

    [[nodiscard]] sys::UniqueFd connect() const {
        sys::UniqueFd client = sys::tcp_socket();
        const sockaddr_in server = sys::local_endpoint(listener_.get()).native();
        sys::check(::connect(client.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server), "connect");
        return client;
    }
    static void send(const sys::UniqueFd& client, const std::string& request) {
        for (std::size_t sent = 0; sent < request.size();) {
            const ssize_t more = ::send(client.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
            ASSERT_GT(more, 0);
            sent += static_cast<std::size_t>(more);
        }
    }
    // Shorter than asked for where the server closes before.
    static std::string receive(const sys::UniqueFd& client, std::size_t bytes) {
        std::string answer(bytes, '\0');
        std::size_t received = 0;
        // Even MSG_WAITALL ends early where the kernel has other work for this thread, as a ring does that has gone.
        while (received < bytes) {
            const ssize_t more = ::recv(client.get(), answer.data() + received, bytes - received, 0);
            if (more <= 0) break;
            received += static_cast<std::size_t>(more);
        }
        answer.resize(received);
        return answer;
    }
    static std::string ask(const sys::UniqueFd& client, const std::string& request) {
        send(client, request);
        return receive(client, request.size());
    }
    // By a reset, not as a client should.
    static void break_off(sys::UniqueFd client) {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        sys::check(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "setsockopt");
    }

    std::size_t open_before_ = sys::open_descriptors();
    sys::UniqueFd listener_ = sys::listen_on({}, 16);
    std::mutex mutex_;  // of what follows, until the server has returned
    int ended_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t sum_ = 0;
};

TEST_P(NativeServer, AnswersInUpperCaseAndSumsWhatItAnswered) {
    std::future<void> server = start(2);
    {
        const sys::UniqueFd first = connect();
        const sys::UniqueFd second = connect();
        EXPECT_EQ(ask(second, "az@[`{AZ"), "AZ@[`{AZ");
        EXPECT_EQ(ask(first, "a"), "A");
        EXPECT_EQ(ask(second, "\xff"), "\xff");
    }
    server.get();
    EXPECT_EQ(ended_, 2);
    EXPECT_EQ(bytes_, 10U);
    EXPECT_EQ(sum_, 2U * ('A' + 'Z') + '@' + '[' + '`' + '{' + 'A' + 0xff);
}

TEST_P(NativeServer, CarriesOnAnAnswerThatItsClientIsSlowToTake) {
    std::future<void> server = start(1, 65'536);
    {
        const sys::UniqueFd client = connect();
        const std::string request(std::size_t{1} << 18, 'x');
        // Both at once: the buffers between them need not hold as much.
        const std::future<void> sending = std::async(std::launch::async, [&] { send(client, request); });
        EXPECT_TRUE(receive(client, request.size()) == std::string(request.size(), 'X'));
    }
    server.get();
    EXPECT_EQ(bytes_, std::uint64_t{1} << 18);
}

TEST_P(NativeServer, GoesOnWhenAClientBreaksOff) {
    std::future<void> server = start(2);
    {
        const sys::UniqueFd other = connect();
        EXPECT_EQ(ask(other, "before"), "BEFORE");
        sys::UniqueFd client = connect();
        EXPECT_EQ(ask(client, "hello"), "HELLO");
        break_off(std::move(client));
        EXPECT_EQ(ask(other, "after"), "AFTER");
    }
    server.get();
    EXPECT_EQ(ended_, 2);
}

TEST_P(NativeServer, GoesOnWhenAClientBreaksOffBeforeItTakesItsAnswer) {
    std::future<void> server = start(2);
    {
        const sys::UniqueFd other = connect();
        sys::UniqueFd client = connect();
        const int least = 1;
        sys::check(::setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least), "setsockopt");
        // Far more than comes back into so small a buffer: the server is in the midst of sending.
        const std::string request(1'000'000, 'x');
        ASSERT_GT(::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT), 50'000);
        EXPECT_EQ(receive(client, 1), "X");
        break_off(std::move(client));
        EXPECT_EQ(ask(other, "after"), "AFTER");
    }
    server.get();
    EXPECT_EQ(ended_, 2);
}

TEST_P(NativeServer, HangsUpOnAllWhereItFails) {
    std::future<void> server = start(3);
    const sys::UniqueFd first = connect();
    const sys::UniqueFd second = connect();
    EXPECT_EQ(ask(first, "a"), "A");
    EXPECT_EQ(ask(second, "a"), "A");
    ASSERT_EQ(::shutdown(listener_.get(), SHUT_RDWR), 0);
    try {
        server.get();
        ADD_FAILURE() << "accept4 goes on without a listener";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EINVAL) << error.what();
    }
    EXPECT_EQ(receive(first, 1), "");
    EXPECT_EQ(receive(second, 1), "");
}

// As many as this build has.
std::vector<Control> all_servers() {
    std::vector<Control> servers{
        {"blocking", serve_echo_by_threads}, {"epoll", serve_echo_by_epoll}, {"coroutine", serve_echo_by_coroutines}};
#if CONCUR_HAS_LIBURING
    servers.push_back({"uring", serve_echo_by_uring});
#endif
    return servers;
}

INSTANTIATE_TEST_SUITE_P(Native, NativeServer, testing::ValuesIn(all_servers()),
                         [](const auto& control) { return control.param.name; });

}  // namespace
}  // namespace bench
