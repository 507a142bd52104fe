#include "models/loop/socket_calls.h"

#include <sys/socket.h>

#include <cerrno>

#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Result;

static_assert(EAGAIN == EWOULDBLOCK);

// Calls again after a signal. -errno if the call fails.
template <class Call>
Result repeat(Call call) noexcept {
    for (;;) {
        if (const auto result = call(); result >= 0) return {static_cast<std::int64_t>(result)};
        if (errno != EINTR) return {-errno};
    }
}

// On a socket that is connecting already, Linux's connect() continues: a blocking socket waits, a non-blocking one says
// EALREADY, and then it returns how the connection ended. So an interrupted call is simply repeated, and an event loop
// attempts it again.
Result connect_some(const tasks::Connect& connect) noexcept {
    const Result result = repeat([&] {
        return ::connect(connect.socket, reinterpret_cast<const sockaddr*>(&connect.address), sizeof connect.address);
    });
    return result.value == -EISCONN ? Result{0} : result;
}

// MSG_NOSIGNAL: if the peer has gone, send returns EPIPE; otherwise a signal would end the process.
Result send_some(int socket, std::span<const std::byte> bytes, int flags = 0) noexcept {
    return repeat([&] { return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | flags); });
}

}  // namespace

Result accept_connection(const tasks::Accept& accept) noexcept {
    return repeat([&] { return ::accept4(accept.listener, nullptr, nullptr, SOCK_CLOEXEC); });
}

Result receive_some(const tasks::Receive& receive) noexcept {
    return repeat([&] { return ::recv(receive.socket, receive.into.data(), receive.into.size(), 0); });
}

Result connect_blocking(const tasks::Connect& connect) noexcept { return connect_some(connect); }

Result send_all_blocking(const tasks::Send& send) noexcept {
    for (std::size_t sent = 0; sent < send.bytes.size();) {
        const Result result = send_some(send.socket, send.bytes.subspan(sent));
        if (result.failed()) return result;
        sent += result.bytes();
    }
    return {static_cast<std::int64_t>(send.bytes.size())};
}

Readiness SocketOperation::start(const tasks::Accept& accept) noexcept {
    // Set once for all connections of a listener.
    if (descriptor_ != accept.listener) sys::set_nonblocking(accept.listener);
    attempt_ = &SocketOperation::attempt_accept;
    descriptor_ = accept.listener;
    return Readiness::acceptable;
}

Readiness SocketOperation::start(const tasks::Connect& connect) noexcept {
    attempt_ = &SocketOperation::attempt_connect;
    descriptor_ = connect.socket;
    address_ = connect.address;
    sys::set_nonblocking(connect.socket);
    return attempt_connect();
}

Readiness SocketOperation::start(const tasks::Receive& receive) noexcept {
    attempt_ = &SocketOperation::attempt_receive;
    descriptor_ = receive.socket;
    into_ = receive.into;
    return last_receive_filled_ ? attempt_receive() : Readiness::readable;
}

Readiness SocketOperation::start(const tasks::Send& send) noexcept {
    attempt_ = &SocketOperation::attempt_send;
    descriptor_ = send.socket;
    bytes_ = send.bytes;
    sent_ = 0;
    return attempt_send();
}

Readiness SocketOperation::attempt_accept() noexcept {
    const Result accepted =
        repeat([&] { return ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); });
    return accepted.value == -EAGAIN ? Readiness::acceptable : done(accepted);
}

Readiness SocketOperation::attempt_connect() noexcept {
    const Result connected = connect_some({descriptor_, address_});
    if (connected.value == -EINPROGRESS || connected.value == -EALREADY) return Readiness::writable;
    return done(connected);
}

Readiness SocketOperation::attempt_receive() noexcept {
    const Result received = repeat([&] { return ::recv(descriptor_, into_.data(), into_.size(), MSG_DONTWAIT); });
    if (received.value == -EAGAIN) {
        last_receive_filled_ = false;
        return Readiness::readable;
    }
    last_receive_filled_ = !received.failed() && received.bytes() == into_.size();
    return done(received);
}

Readiness SocketOperation::attempt_send() noexcept {
    while (sent_ < bytes_.size()) {
        const Result result = send_some(descriptor_, bytes_.subspan(sent_), MSG_DONTWAIT);
        if (result.value == -EAGAIN) return Readiness::writable;
        if (result.failed()) return done(result);
        sent_ += result.bytes();
    }
    return done({static_cast<std::int64_t>(sent_)});
}

Readiness SocketOperation::done(Result result) noexcept {
    result_ = result;
    return Readiness::done;
}

}  // namespace models
