// The other end of a connection misbehaves, or there is no descriptor for it.
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <functional>
#include <vector>

#include "faults/fault_test.h"
#include "sys/child_process.h"
#include "sys/sanitizer.h"
#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

// More than the buffers of both sockets hold.
constexpr std::size_t answer_bytes = std::size_t{8} << 20;
const std::vector<std::byte>& answer() {
    static const std::vector<std::byte> bytes = [] {
        std::vector<std::byte> made(answer_bytes);
        for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::byte>(i * 7 + i / 256);
        return made;
    }();
    return bytes;
}

void set_option(const sys::UniqueFd& socket, int option, const auto& value) {
    sys::check(::setsockopt(socket.get(), SOL_SOCKET, option, &value, sizeof value), "setsockopt");
}

class OddClient : public FaultTest {
protected:
    void SetUp() override {
        FaultTest::SetUp();
        listener_ = sys::listen_on({}, 4);
        // Accepted sockets inherit it: a send takes many steps.
        set_option(listener_, SO_SNDBUF, 16 * 1024);
    }
    void TearDown() override {
        listener_.reset();
        FaultTest::TearDown();
    }
    // Its body gets a connected socket. A process, because a model may fork.
    sys::ChildProcess start_client(const std::function<void(sys::UniqueFd)>& body) {
        return sys::ChildProcess::fork([&] {
            sys::UniqueFd socket = sys::tcp_socket();
            set_option(socket, SO_RCVBUF, 16 * 1024);
            const sockaddr_in server = sys::local_endpoint(listener_.get()).native();
            sys::check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server), "connect");
            listener_.reset();
            body(std::move(socket));
        });
    }
    // Accepts a connection, and sends the answer. Finishes with the error of the send, or with what was sent.
    std::unique_ptr<tasks::Task> make_server() const {
        return make_task([this, step = 0, connection = sys::UniqueFd{}](Result result) mutable -> Operation {
            if (result.failed()) return Finish{0, result.error()};
            switch (step++) {
                case 0: return tasks::Accept{listener_.get()};
                case 1: connection = sys::UniqueFd{result.descriptor()}; return tasks::Send{connection.get(), answer()};
                default: return Finish{result.bytes()};
            }
        });
    }

    sys::UniqueFd listener_;
};

TEST_P(OddClient, ThatResetsIsAnErrorOfTheSend) {
    ASSERT_EQ(outcome_of(entry(), Fault::peer_resets), outcome::task_learns);
    sys::ChildProcess client = start_client([](sys::UniqueFd socket) {
        std::array<std::byte, 4096> part{};
        sys::check(::recv(socket.get(), part.data(), part.size(), MSG_WAITALL), "recv");
        // Bytes that were not received are there, and it does not linger: a reset.
        set_option(socket, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
    });
    Running running{entry(), 1, [&](std::size_t) { return make_server(); }};
    running.run();
    EXPECT_EQ(running.ledger().failures(), 1U);
    const int error = running.ledger().first_error();
    EXPECT_TRUE(error == -ECONNRESET || error == -EPIPE) << sys::error_text(-error);
    EXPECT_EQ(sys::describe_exit(client.wait()), "");
}

TEST_P(OddClient, ThatReadsSlowlyGetsEveryByte) {
    ASSERT_EQ(outcome_of(entry(), Fault::slow_reader), outcome::works);
    sys::ChildProcess client = start_client([](sys::UniqueFd socket) {
        std::array<std::byte, 8192> part{};
        for (std::size_t received = 0;;) {
            const auto count = sys::check(::recv(socket.get(), part.data(), part.size(), 0), "recv");
            if (count == 0) ::_exit(received == answer_bytes ? 0 : 3);
            const auto begin = answer().begin() + static_cast<std::ptrdiff_t>(received);
            if (!std::equal(part.begin(), part.begin() + count, begin)) ::_exit(4);
            received += static_cast<std::size_t>(count);
            // Now and then the buffers are full before it reads again.
            if (received % (std::size_t{1} << 18) < part.size()) ::usleep(200);
        }
    });
    Running running{entry(), 1, [&](std::size_t) { return make_server(); }};
    running.run_and_expect([](std::size_t) { return answer_bytes; });
    EXPECT_EQ(sys::describe_exit(client.wait()), "") << "3: bytes are missing, 4: bytes are wrong";
}

// While it lives, this process gets no further descriptor.
class NoFreeDescriptor {
public:
    NoFreeDescriptor() {
        sys::check(::getrlimit(RLIMIT_NOFILE, &before_), "getrlimit");
        const sys::UniqueFd highest{sys::check(::dup(STDIN_FILENO), "dup")};
        rlimit less = before_;
        less.rlim_cur = static_cast<rlim_t>(highest.get()) + 1;
        sys::check(::setrlimit(RLIMIT_NOFILE, &less), "setrlimit");
    }
    NoFreeDescriptor(const NoFreeDescriptor&) = delete;
    NoFreeDescriptor& operator=(const NoFreeDescriptor&) = delete;
    ~NoFreeDescriptor() {
        taken_.clear();
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    void take_all() {
        while (sys::UniqueFd one{::dup(STDIN_FILENO)}) taken_.push_back(std::move(one));
    }

private:
    rlimit before_{};
    std::vector<sys::UniqueFd> taken_;
};

TEST_P(OddClient, ThatCannotBeAcceptedIsAnErrorOfTheAccept) {
    ASSERT_EQ(outcome_of(entry(), Fault::no_descriptor), outcome::task_learns);
    if (sys::is_sanitized) GTEST_SKIP() << "the sanitizer's check of a vptr opens a pipe";
    sys::ChildProcess client = start_client([](sys::UniqueFd socket) {
        char end = 0;
        (void)::recv(socket.get(), &end, 1, 0);
    });
    {
        Running running{entry(), 1, [&](std::size_t) {
                            return make_task(
                                [this, none = std::unique_ptr<NoFreeDescriptor>{}](Result result) mutable -> Operation {
                                    if (none != nullptr) return Finish{0, result.error()};
                                    none = std::make_unique<NoFreeDescriptor>();
                                    none->take_all();
                                    return tasks::Accept{listener_.get()};
                                });
                        }};
        running.run();
        EXPECT_EQ(running.ledger().failures(), 1U);
        EXPECT_EQ(running.ledger().first_error(), -EMFILE) << sys::error_text(-running.ledger().first_error());
    }
    // The connection is still in the queue.
    listener_.reset();
    EXPECT_EQ(sys::describe_exit(client.wait()), "");
}

INSTANTIATE_TEST_SUITE_P(All, OddClient, every_model(), name_of);

}  // namespace
}  // namespace models
