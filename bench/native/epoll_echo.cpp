#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <vector>

#include "bench/native/echo_servers.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

struct Connection {
    Connection(sys::UniqueFd accepted, std::size_t buffer_bytes)
        : socket{std::move(accepted)}, buffer{std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes)} {}

    sys::UniqueFd socket;
    std::unique_ptr<unsigned char[]> buffer;
    std::size_t unsent_from = 0;  // [unsent_from, unsent_to) had no room in the socket buffer yet
    std::size_t unsent_to = 0;
    std::uint32_t interest = 0;
    Served served;
};

class Server {
public:
    explicit Server(const EchoSetup& setup) : setup_{setup} {
        sys::check(::fcntl(setup.listener, F_SETFL, O_NONBLOCK), "fcntl");
        epoll_control(EPOLL_CTL_ADD, setup.listener, EPOLLIN, nullptr);
    }

    void serve() {
        std::array<epoll_event, 512> events;
        while (to_accept_ + open_ > 0) {
            const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
            if (count == -1 && errno == EINTR) continue;
            sys::check(count, "epoll_wait");
            for (int i = 0; i < count; ++i) {
                auto* const connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
                connection == nullptr ? accept_one() : go_on(*connection);
            }
        }
    }

private:
    void epoll_control(int operation, int descriptor, std::uint32_t interest, Connection* connection) const {
        epoll_event event{};
        event.events = interest;
        event.data.ptr = connection;
        sys::check(::epoll_ctl(epoll_.get(), operation, descriptor, &event), "epoll_ctl");
    }

    void watch(Connection& connection, std::uint32_t interest) const {
        if (connection.interest == interest) return;
        const int operation = connection.interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        epoll_control(operation, connection.socket.get(), interest, &connection);
        connection.interest = interest;
    }

    void accept_one() {
        const int accepted = ::accept4(setup_.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && would_block()) return;
        sys::UniqueFd socket{sys::check(accepted, "accept4")};
        const auto place = static_cast<std::size_t>(accepted);
        if (place >= connections_.size()) connections_.resize(place + 1);
        connections_[place] = std::make_unique<Connection>(std::move(socket), setup_.buffer_bytes);
        watch(*connections_[place], EPOLLIN);
        ++open_;
        if (--to_accept_ == 0) epoll_control(EPOLL_CTL_DEL, setup_.listener, 0, nullptr);
    }

    void go_on(Connection& connection) {
        if (connection.unsent_from < connection.unsent_to) return send_rest(connection);
        const ssize_t received = ::recv(connection.socket.get(), connection.buffer.get(), setup_.buffer_bytes, 0);
        if (received == -1 && would_block()) return;
        if (received <= 0) return end(connection);
        connection.unsent_from = 0;
        connection.unsent_to = static_cast<std::size_t>(received);
        connection.served.answer(connection.buffer.get(), connection.unsent_to);
        send_rest(connection);
    }

    void send_rest(Connection& connection) {
        while (connection.unsent_from < connection.unsent_to) {
            const ssize_t sent = ::send(connection.socket.get(), connection.buffer.get() + connection.unsent_from,
                                        connection.unsent_to - connection.unsent_from, MSG_NOSIGNAL);
            if (sent == -1 && would_block()) return watch(connection, EPOLLOUT);
            if (sent == -1) return end(connection);
            connection.unsent_from += static_cast<std::size_t>(sent);
        }
        watch(connection, EPOLLIN);
    }

    // The kernel drops the registration when the descriptor is closed.
    void end(Connection& connection) {
        setup_.ended(connection.served);
        connections_[static_cast<std::size_t>(connection.socket.get())].reset();
        --open_;
    }

    const EchoSetup& setup_;
    sys::UniqueFd epoll_{sys::check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::size_t to_accept_ = setup_.connections;
    std::size_t open_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
};

}  // namespace

void serve_echo_by_epoll(const EchoSetup& setup) { Server{setup}.serve(); }

}  // namespace bench
