#include "bench/native/epoll_echo.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <vector>

namespace bench {
namespace {

struct Connection {
    Connection(Descriptor accepted, std::size_t buffer_bytes)
        : socket{std::move(accepted)}, buffer{std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes)} {}

    Descriptor socket;
    std::unique_ptr<unsigned char[]> buffer;
    std::size_t unsent_from = 0;  // what a full socket buffer has left over: [unsent_from, unsent_to)
    std::size_t unsent_to = 0;
    std::uint32_t interest = 0;
    Served served;
};

class Server {
public:
    Server(int listener, std::size_t connections, std::size_t buffer_bytes, const std::function<void(Served)>& ended)
        : listener_{listener}, to_accept_{connections}, buffer_bytes_{buffer_bytes}, ended_{ended} {
        check(::fcntl(listener, F_SETFL, O_NONBLOCK), "fcntl");
        control(EPOLL_CTL_ADD, listener, EPOLLIN, nullptr);
    }

    void serve() {
        std::array<epoll_event, 512> events;
        while (to_accept_ + open_ > 0) {
            const int count = ::epoll_wait(epoll_.number, events.data(), static_cast<int>(events.size()), -1);
            if (count == -1 && errno == EINTR) continue;
            check(count, "epoll_wait");
            for (int i = 0; i < count; ++i) {
                auto* const connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
                connection == nullptr ? accept_one() : go_on(*connection);
            }
        }
    }

private:
    void control(int operation, int descriptor, std::uint32_t interest, Connection* connection) const {
        epoll_event event{};
        event.events = interest;
        event.data.ptr = connection;
        check(::epoll_ctl(epoll_.number, operation, descriptor, &event), "epoll_ctl");
    }

    void watch(Connection& connection, std::uint32_t interest) const {
        if (connection.interest == interest) return;
        const int operation = connection.interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        control(operation, connection.socket.number, interest, &connection);
        connection.interest = interest;
    }

    void accept_one() {
        const int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && would_block()) return;
        Descriptor socket{check(accepted, "accept4")};
        const auto place = static_cast<std::size_t>(accepted);
        if (place >= connections_.size()) connections_.resize(place + 1);
        connections_[place] = std::make_unique<Connection>(std::move(socket), buffer_bytes_);
        watch(*connections_[place], EPOLLIN);
        ++open_;
        if (--to_accept_ == 0) check(::epoll_ctl(epoll_.number, EPOLL_CTL_DEL, listener_, nullptr), "epoll_ctl");
    }

    void go_on(Connection& connection) {
        if (connection.unsent_from < connection.unsent_to) return send_rest(connection);
        const ssize_t received = ::recv(connection.socket.number, connection.buffer.get(), buffer_bytes_, 0);
        if (received == -1 && would_block()) return;
        if (received <= 0) return end(connection);
        connection.unsent_from = 0;
        connection.unsent_to = static_cast<std::size_t>(received);
        connection.served.bytes += connection.unsent_to;
        connection.served.sum += answer(connection.buffer.get(), connection.unsent_to);
        send_rest(connection);
    }

    void send_rest(Connection& connection) {
        while (connection.unsent_from < connection.unsent_to) {
            const ssize_t sent = ::send(connection.socket.number, connection.buffer.get() + connection.unsent_from,
                                        connection.unsent_to - connection.unsent_from, MSG_NOSIGNAL);
            if (sent == -1 && would_block()) return watch(connection, EPOLLOUT);
            if (sent == -1) return end(connection);
            connection.unsent_from += static_cast<std::size_t>(sent);
        }
        watch(connection, EPOLLIN);
    }

    // Closed by its client, or broken. The kernel drops the registration when the descriptor is closed.
    void end(Connection& connection) {
        ended_(connection.served);
        connections_[static_cast<std::size_t>(connection.socket.number)].reset();
        --open_;
    }

    Descriptor epoll_{check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    int listener_;
    std::size_t to_accept_;
    std::size_t open_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;  // by their descriptors
    std::size_t buffer_bytes_;
    const std::function<void(Served)>& ended_;
};

}  // namespace

void serve_echo_by_epoll(int listener, std::size_t connections, std::size_t buffer_bytes,
                         const std::function<void(Served)>& ended) {
    Server{listener, connections, buffer_bytes, ended}.serve();
}

}  // namespace bench
