#include "models/loop/socket_calls.h"

#include <sys/socket.h>

#include <cerrno>

#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Result;

static_assert(EAGAIN == EWOULDBLOCK);

// Calls again after a signal, unless `interrupted` throws. -errno if the call fails.
template <class Call, class Interrupted>
Result repeat(Call call, Interrupted interrupted) {
    for (;;) {
        if (const auto result = call(); result >= 0) return {static_cast<std::int64_t>(result)};
        if (errno != EINTR) return {-errno};
        interrupted();
    }
}
template <class Call>
Result repeat(Call call) noexcept {
    return repeat(call, []() noexcept {});
}

// On a socket that is connecting already, Linux's connect() continues: a blocking socket waits, a non-blocking one says
// EALREADY, and then it returns how the connection ended. So an interrupted call is simply repeated, and an event loop
// attempts it again.
int connect_once(const tasks::Connect& connect) noexcept {
    const auto* const address = reinterpret_cast<const sockaddr*>(&connect.address);
    const int result = ::connect(connect.socket, address, sizeof connect.address);
    return result == -1 && errno == EISCONN ? 0 : result;
}

// MSG_NOSIGNAL: if the peer has gone, send returns EPIPE; otherwise a signal would end the process.
ssize_t send_once(int socket, std::span<const std::byte> bytes, int flags) noexcept {
    return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | flags);
}

}  // namespace

Result BlockingCalls::accept(const tasks::Accept& accept) const {
    return repeat([&] { return ::accept4(accept.listener, nullptr, nullptr, SOCK_CLOEXEC); },
                  [this] { abandonment_.throw_if_begun(); });
}

Result BlockingCalls::connect(const tasks::Connect& connect) const {
    return repeat([&] { return connect_once(connect); }, [this] { abandonment_.throw_if_begun(); });
}

Result BlockingCalls::receive(const tasks::Receive& receive) const {
    return repeat([&] { return ::recv(receive.socket, receive.into.data(), receive.into.size(), 0); },
                  [this] { abandonment_.throw_if_begun(); });
}

Result BlockingCalls::send_all(const tasks::Send& send) const {
    for (std::size_t sent = 0; sent < send.bytes.size();) {
        const Result result = repeat([&] { return send_once(send.socket, send.bytes.subspan(sent), 0); },
                                     [this] { abandonment_.throw_if_begun(); });
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
    const Result connected = repeat([&] { return connect_once({descriptor_, address_}); });
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
        const Result result = repeat([&] { return send_once(descriptor_, bytes_.subspan(sent_), MSG_DONTWAIT); });
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
