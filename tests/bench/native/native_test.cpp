// The native echo servers with clients that misbehave, which the matrix does not have. A bad client loses its own
// connection and no other; a server that fails closes all its descriptors.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>
#include <future>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "bench/native/echo_servers.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/tcp.h"

namespace bench {
namespace {

struct Control {
    std::string name;
    void (*serve)(const EchoSetup& setup);
};

// The servers of this build.
std::vector<Control> all_servers() {
    std::vector<Control> servers{
        {"blocking", serve_echo_by_threads}, {"epoll", serve_echo_by_epoll}, {"coroutine", serve_echo_by_coroutines}};
#if CONCUR_HAS_LIBURING
    servers.push_back({"uring", serve_echo_by_uring});
#endif
#if CONCUR_HAS_LIBUV
    servers.push_back({"libuv", serve_echo_by_libuv});
#endif
#if CONCUR_HAS_LIBEVENT
    servers.push_back({"libevent", serve_echo_by_libevent});
#endif
#if CONCUR_HAS_ASIO
    servers.push_back({"asio", serve_echo_by_asio});
#endif
    return servers;
}

class NativeServer : public testing::TestWithParam<Control> {
protected:
    // A library may open descriptors for the whole process when it is first used.
    static void SetUpTestSuite() {
        const sys::UniqueFd listener = sys::listen_on({}, 1);
        for (const Control& control : all_servers()) {
            control.serve({listener.get(), 0, 4096, [](Served) { ADD_FAILURE() << "there was no connection"; }});
        }
    }

    // Every accepted socket inherits the listener's small send buffer.
    NativeServer() {
        const int least = 1;
        sys::check(::setsockopt(listener_.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least), "setsockopt");
    }
    ~NativeServer() override {
        listener_.reset();
        EXPECT_EQ(sys::open_descriptors(), open_before_) << "the server has left something open";
    }

    // Serves in another thread; the future passes the server's exception to the test.
    std::future<void> start(std::size_t connections, std::size_t buffer_bytes = 4096) {
        return std::async(std::launch::async, [this, connections, buffer_bytes] {
            GetParam().serve({listener_.get(), connections, buffer_bytes, [this](Served served) {
                                  const std::scoped_lock lock{mutex_};
                                  ++ended_;
                                  bytes_ += served.bytes;
                                  sum_ += served.sum;
                              }});
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
    // Returns fewer bytes if the server closes the connection before.
    static std::string receive(const sys::UniqueFd& client, std::size_t bytes) {
        std::string answer(bytes, '\0');
        std::size_t received = 0;
        // MSG_WAITALL would not do: it ends early if the kernel has other work for this thread (the end of a ring).
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
    // Closes the connection by a reset.
    static void break_off(sys::UniqueFd client) {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        sys::check(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "setsockopt");
    }

    std::size_t open_before_ = sys::open_descriptors();
    sys::UniqueFd listener_ = sys::listen_on({}, 16);
    std::mutex mutex_;  // guards the counts below until the server has returned
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
        // Sends and receives at the same time: the sockets' buffers need not hold the whole request.
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
        // The answer does not fit into so small a buffer, so the server is still sending.
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

INSTANTIATE_TEST_SUITE_P(Native, NativeServer, testing::ValuesIn(all_servers()),
                         [](const auto& control) { return control.param.name; });

}  // namespace
}  // namespace bench
