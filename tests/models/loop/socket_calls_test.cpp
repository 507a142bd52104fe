#include "models/loop/socket_calls.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <vector>

#include "continuations.h"
#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Result;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

class BlockingSockets : public testing::Test {
protected:
    Abandonment abandonment_;
    BlockingCalls calls{abandonment_};
};

TEST_F(BlockingSockets, ReceiveAndSendOnAPair) {
    const SocketPair pair;
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(calls.receive({pair.near.get(), buffer}), Result{-EAGAIN}) << "the sockets do not block";
    EXPECT_EQ(calls.send_all({pair.far.get(), bytes_of("abc")}), Result{3});
    EXPECT_EQ(calls.receive({pair.near.get(), buffer}), Result{3});
    EXPECT_EQ(buffer[2], std::byte{'c'});
}

TEST_F(BlockingSockets, FailWithTheNegativeErrno) {
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(calls.receive({-1, buffer}), Result{-EBADF});
    EXPECT_EQ(calls.accept({-1}), Result{-EBADF});
    EXPECT_EQ(calls.connect({-1, {}}), Result{-EBADF});
    EXPECT_EQ(calls.send_all({-1, bytes_of("x")}), Result{-EBADF});
}

TEST_F(BlockingSockets, SendToAClosedPeerIsEpipeAndNoSignal) {
    SocketPair pair;
    pair.far.reset();
    EXPECT_EQ(calls.send_all({pair.near.get(), bytes_of("x")}), Result{-EPIPE});
}

class Operation : public testing::Test {
protected:
    Readiness receive(std::size_t most) {
        return operation_.start(tasks::Receive{pair_.near.get(), std::span{buffer_}.first(most)});
    }

    SocketPair pair_;
    SocketOperation operation_;
    std::array<std::byte, 8> buffer_{};
};

TEST_F(Operation, ReceiveWaitsFirst) {
    SocketPair::write(pair_.far, "abc");
    EXPECT_EQ(receive(8), Readiness::readable) << "although there is data";
    EXPECT_EQ(operation_.descriptor(), pair_.near.get());
    EXPECT_EQ(operation_.attempt(), Readiness::done);
    EXPECT_EQ(operation_.result(), Result{3});
}

TEST_F(Operation, ReceiveTriesAtOnceAfterOneThatFilledItsBuffer) {
    SocketPair::write(pair_.far, "abcdef");
    EXPECT_EQ(receive(4), Readiness::readable);
    EXPECT_EQ(operation_.attempt(), Readiness::done);
    EXPECT_EQ(operation_.result(), Result{4});
    EXPECT_EQ(receive(4), Readiness::done);
    EXPECT_EQ(operation_.result(), Result{2});
    // The last receive did not fill its buffer.
    EXPECT_EQ(receive(4), Readiness::readable);
}

TEST_F(Operation, ReceiveThatFindsNothingWaits) {
    SocketPair::write(pair_.far, "abcd");
    EXPECT_EQ(receive(4), Readiness::readable);
    EXPECT_EQ(operation_.attempt(), Readiness::done);
    EXPECT_EQ(receive(4), Readiness::readable);
    // It was resumed although there is nothing.
    EXPECT_EQ(operation_.attempt(), Readiness::readable);
    SocketPair::write(pair_.far, "ef");
    EXPECT_EQ(operation_.attempt(), Readiness::done);
    EXPECT_EQ(operation_.result(), Result{2});
}

TEST_F(Operation, ReceiveEndsWithTheStream) {
    pair_.far.reset();
    EXPECT_EQ(receive(8), Readiness::readable);
    EXPECT_EQ(operation_.attempt(), Readiness::done);
    EXPECT_EQ(operation_.result(), Result{0});
}

TEST_F(Operation, SendTriesFirstAndCompletesAShortWrite) {
    const std::vector<std::byte> bytes(SocketPair::fill(pair_.near) * 3 + 1);
    SocketPair::drain(pair_.far);
    Readiness readiness = operation_.start(tasks::Send{pair_.near.get(), bytes});
    EXPECT_EQ(readiness, Readiness::writable);
    EXPECT_EQ(operation_.attempt(), Readiness::writable) << "the peer has read nothing";
    std::size_t arrived = 0;
    while (readiness != Readiness::done) {
        arrived += SocketPair::drain(pair_.far);
        readiness = operation_.attempt();
    }
    EXPECT_EQ(operation_.result(), Result{static_cast<std::int64_t>(bytes.size())});
    EXPECT_EQ(arrived + SocketPair::drain(pair_.far), bytes.size());
}

TEST_F(Operation, SendStartsAnewEachTime) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(operation_.start(tasks::Send{pair_.near.get(), bytes_of("abc")}), Readiness::done);
        EXPECT_EQ(operation_.result(), Result{3});
    }
    EXPECT_EQ(SocketPair::drain(pair_.far), 9U);
}

TEST_F(Operation, SendFailsInTheMiddle) {
    const std::vector<std::byte> bytes(SocketPair::fill(pair_.near) + 1);
    EXPECT_EQ(operation_.start(tasks::Send{pair_.near.get(), bytes}), Readiness::writable);
    pair_.far.reset();
    EXPECT_EQ(operation_.attempt(), Readiness::done);
    EXPECT_TRUE(operation_.result().failed());
}

TEST_F(Operation, ConnectAndAcceptMakeSocketsThatDoNotBlock) {
    const sys::UniqueFd listener = sys::listen_on({}, 4);
    const sys::UniqueFd client = sys::tcp_socket();
    SocketOperation accepting;
    EXPECT_EQ(accepting.start(tasks::Accept{listener.get()}), Readiness::acceptable);
    EXPECT_EQ(accepting.attempt(), Readiness::acceptable) << "there is no connection";
    const tasks::Connect connect{client.get(), sys::local_endpoint(listener.get()).native()};
    // On loopback the connection is made at once, or before the next attempt.
    if (operation_.start(connect) != Readiness::done) {
        EXPECT_EQ(operation_.attempt(), Readiness::done);
    }
    EXPECT_EQ(operation_.result(), Result{0});
    EXPECT_EQ(accepting.attempt(), Readiness::done);
    const sys::UniqueFd accepted{accepting.result().descriptor()};
    for (const int descriptor : {client.get(), accepted.get()}) {
        EXPECT_NE(::fcntl(descriptor, F_GETFL) & O_NONBLOCK, 0);
        EXPECT_NE(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
    }
}

}  // namespace
}  // namespace models
