#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bench/native/echo_servers.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

struct Freed {
    void operator()(event* one) const noexcept { ::event_free(one); }
    void operator()(event_base* one) const noexcept { ::event_base_free(one); }
    void operator()(event_config* one) const noexcept { ::event_config_free(one); }
};
template <class Object>
using Owned = std::unique_ptr<Object, Freed>;

template <class Object>
Owned<Object> owned(Object* made) {
    if (made == nullptr) throw std::runtime_error{"libevent cannot make an object"};
    return Owned<Object>{made};
}
void add(const Owned<event>& one) {
    if (::event_add(one.get(), nullptr) == -1) throw std::runtime_error{"event_add failed in libevent"};
}
void remove(const Owned<event>& one) {
    if (::event_del(one.get()) == -1) throw std::runtime_error{"event_del failed in libevent"};
}

Owned<event_base> make_base() {
    const Owned<event_config> config = owned(::event_config_new());
    ::event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
    return owned(::event_base_new_with_config(config.get()));
}

class Server;

struct Connection {
    Connection(Server& its_server, sys::UniqueFd accepted, std::size_t buffer_bytes)
        : server{its_server},
          socket{std::move(accepted)},
          buffer{std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes)} {}

    Server& server;
    sys::UniqueFd socket;
    std::unique_ptr<unsigned char[]> buffer;
    std::size_t unsent_from = 0;  // [unsent_from, unsent_to) had no room in the socket buffer yet
    std::size_t unsent_to = 0;
    Served served;
    Owned<event> readable;  // destroyed before the socket is closed
    Owned<event> writable;  // null until an answer has no room
};

// As libevent's own benchmark uses it: a persistent event for each connection, whose callback receives and sends.
class Server {
public:
    explicit Server(const EchoSetup& setup) : setup_{setup} {
        sys::check(::fcntl(setup.listener, F_SETFL, O_NONBLOCK), "fcntl");
        acceptable_ = event_for<&Server::accept_one>(setup.listener, EV_READ, *this);
        add(acceptable_);
    }

    void serve() {
        while (to_accept_ + open_ > 0) {
            if (::event_base_loop(base_.get(), EVLOOP_ONCE) == -1) throw std::runtime_error{"event_base_loop failed"};
            if (failure_) std::rethrow_exception(failure_);
        }
    }

private:
    static Server& server_of(Server& server) { return server; }
    static Server& server_of(Connection& connection) { return connection.server; }

    // No exception may pass through the library.
    template <auto function, class Argument>
    static void call(evutil_socket_t, short, void* given) noexcept {
        Argument& argument = *static_cast<Argument*>(given);
        Server& server = server_of(argument);
        try {
            (server.*function)(argument);
        } catch (...) {
            server.failure_ = std::current_exception();
            ::event_base_loopbreak(server.base_.get());
        }
    }
    template <auto function, class Argument>
    [[nodiscard]] Owned<event> event_for(int descriptor, int what, Argument& argument) {
        return owned(::event_new(base_.get(), descriptor, static_cast<short>(what | EV_PERSIST),
                                 call<function, Argument>, &argument));
    }

    void accept_one(Server&) {
        const int accepted = ::accept4(setup_.listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && would_block()) return;
        sys::UniqueFd socket{sys::check(accepted, "accept4")};
        const auto place = static_cast<std::size_t>(accepted);
        if (place >= connections_.size()) connections_.resize(place + 1);
        connections_[place] = std::make_unique<Connection>(*this, std::move(socket), setup_.buffer_bytes);
        Connection& connection = *connections_[place];
        ++open_;
        connection.readable = event_for<&Server::answer>(accepted, EV_READ, connection);
        add(connection.readable);
        if (--to_accept_ == 0) acceptable_.reset();
    }

    void answer(Connection& connection) {
        const ssize_t received = ::recv(connection.socket.get(), connection.buffer.get(), setup_.buffer_bytes, 0);
        if (received == -1 && would_block()) return;
        if (received <= 0) return end(connection);
        connection.unsent_from = 0;
        connection.unsent_to = static_cast<std::size_t>(received);
        connection.served.answer(connection.buffer.get(), connection.unsent_to);
        switch (send_rest(connection)) {
            case Sent::all: return;
            case Sent::part: break;
            case Sent::broken: return end(connection);
        }
        // Nothing is read into the buffer until the rest has been sent.
        remove(connection.readable);
        if (!connection.writable) {
            connection.writable = event_for<&Server::carry_on>(connection.socket.get(), EV_WRITE, connection);
        }
        add(connection.writable);
    }
    void carry_on(Connection& connection) {
        switch (send_rest(connection)) {
            case Sent::all: break;
            case Sent::part: return;
            case Sent::broken: return end(connection);
        }
        remove(connection.writable);
        add(connection.readable);
    }

    enum class Sent { all, part, broken };
    static Sent send_rest(Connection& connection) {
        while (connection.unsent_from < connection.unsent_to) {
            const ssize_t sent = ::send(connection.socket.get(), connection.buffer.get() + connection.unsent_from,
                                        connection.unsent_to - connection.unsent_from, MSG_NOSIGNAL);
            if (sent == -1) return would_block() ? Sent::part : Sent::broken;
            connection.unsent_from += static_cast<std::size_t>(sent);
        }
        return Sent::all;
    }
    void end(Connection& connection) {
        setup_.ended(connection.served);
        connections_[static_cast<std::size_t>(connection.socket.get())].reset();
        --open_;
    }

    const EchoSetup& setup_;
    std::size_t to_accept_ = setup_.connections;
    std::size_t open_ = 0;
    std::exception_ptr failure_;
    Owned<event_base> base_ = make_base();
    Owned<event> acceptable_;
    std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor; destroyed first, with their events
};

}  // namespace

void serve_echo_by_libevent(const EchoSetup& setup) { Server{setup}.serve(); }

}  // namespace bench
