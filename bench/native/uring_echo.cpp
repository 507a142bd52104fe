#include <liburing.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "bench/native/echo_servers.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

struct Connection {
    Connection(sys::UniqueFd accepted, std::size_t buffer_bytes)
        : socket{std::move(accepted)}, buffer{std::make_unique_for_overwrite<unsigned char[]>(buffer_bytes)} {}

    sys::UniqueFd socket;
    std::unique_ptr<unsigned char[]> buffer;
    bool sending = false;
    std::size_t unsent_from = 0;  // [unsent_from, unsent_to) has not been sent
    std::size_t unsent_to = 0;
    Served served;
};

class Server {
public:
    explicit Server(const EchoSetup& setup) : setup_{setup} {
        // The kernel does not interrupt this thread for a completion; the loop fetches completions (Linux 5.19).
        constexpr unsigned flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
        io_uring_params parameters{};
        parameters.flags = flags | IORING_SETUP_CQSIZE;
        // Room for a completion of each connection at once, up to the kernel's limit.
        parameters.cq_entries = static_cast<unsigned>(
            std::bit_ceil(std::clamp(setup.connections + 1, std::size_t{8'192}, std::size_t{65'536})));
        if (const int made = ::io_uring_queue_init_params(4096, &ring_, &parameters); made < 0) {
            fail(made, "io_uring_queue_init_params");
        }
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    // After a failure the kernel still has requests that use our buffers: cancels all, and waits for their ends.
    ~Server() {
        while (in_flight_ > 0) {
            if (io_uring_sqe* const cancel = ::io_uring_get_sqe(&ring_)) {
                ::io_uring_prep_cancel(cancel, nullptr, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
                ::io_uring_sqe_set_data(cancel, this);
            }
            if (const int got = ::io_uring_submit_and_wait(&ring_, 1); got < 0 && got != -EINTR) break;
            unsigned head = 0;
            unsigned taken = 0;
            io_uring_cqe* completion = nullptr;
            io_uring_for_each_cqe(&ring_, head, completion) {
                ++taken;
                if (::io_uring_cqe_get_data(completion) != this) --in_flight_;
            }
            ::io_uring_cq_advance(&ring_, taken);
        }
        ::io_uring_queue_exit(&ring_);
    }

    void serve() {
        if (to_accept_ > 0) accept_next();
        while (to_accept_ + open_ > 0) {
            if (const int got = ::io_uring_submit_and_wait(&ring_, 1); got < 0 && got != -EINTR) {
                fail(got, "io_uring_submit_and_wait");
            }
            take_completions();
        }
    }

private:
    [[noreturn]] static void fail(int negative_errno, const char* call) {
        throw std::system_error{-negative_errno, std::system_category(), call};
    }

    io_uring_sqe* entry() {
        io_uring_sqe* free = ::io_uring_get_sqe(&ring_);
        while (free == nullptr) {
            // The queue is full; a submission empties it.
            if (const int got = ::io_uring_submit(&ring_); got < 0 && got != -EINTR) fail(got, "io_uring_submit");
            free = ::io_uring_get_sqe(&ring_);
        }
        ++in_flight_;
        return free;
    }

    void take_completions() {
        unsigned head = 0;
        io_uring_cqe* completion = nullptr;
        io_uring_for_each_cqe(&ring_, head, completion) {
            auto* const connection = static_cast<Connection*>(::io_uring_cqe_get_data(completion));
            const int result = completion->res;
            ::io_uring_cq_advance(&ring_, 1);
            --in_flight_;
            connection == nullptr ? accepted(result) : go_on(*connection, result);
        }
    }

    void accept_next() {
        io_uring_sqe* const request = entry();
        ::io_uring_prep_accept(request, setup_.listener, nullptr, nullptr, SOCK_CLOEXEC);
        ::io_uring_sqe_set_data(request, nullptr);
    }
    void accepted(int result) {
        if (result < 0 && result != -EINTR) fail(result, "accept");
        if (result >= 0) {
            sys::UniqueFd socket{result};
            const auto place = static_cast<std::size_t>(result);
            if (place >= connections_.size()) connections_.resize(place + 1);
            connections_[place] = std::make_unique<Connection>(std::move(socket), setup_.buffer_bytes);
            ++open_;
            --to_accept_;
            receive(*connections_[place]);
        }
        if (to_accept_ > 0) accept_next();
    }

    void receive(Connection& connection) {
        io_uring_sqe* const request = entry();
        ::io_uring_prep_recv(request, connection.socket.get(), connection.buffer.get(), setup_.buffer_bytes, 0);
        ::io_uring_sqe_set_data(request, &connection);
        connection.sending = false;
    }
    void send_rest(Connection& connection) {
        io_uring_sqe* const request = entry();
        ::io_uring_prep_send(request, connection.socket.get(), connection.buffer.get() + connection.unsent_from,
                             connection.unsent_to - connection.unsent_from, MSG_NOSIGNAL | MSG_WAITALL);
        ::io_uring_sqe_set_data(request, &connection);
        connection.sending = true;
    }

    void go_on(Connection& connection, int result) {
        if (result == -EINTR) return connection.sending ? send_rest(connection) : receive(connection);
        if (result < 0 || (result == 0 && !connection.sending)) return end(connection);
        if (!connection.sending) {
            connection.unsent_from = 0;
            connection.unsent_to = static_cast<std::size_t>(result);
            connection.served.answer(connection.buffer.get(), connection.unsent_to);
            return send_rest(connection);
        }
        connection.unsent_from += static_cast<std::size_t>(result);
        connection.unsent_from < connection.unsent_to ? send_rest(connection) : receive(connection);
    }

    // The kernel has no request of this connection any more.
    void end(Connection& connection) {
        setup_.ended(connection.served);
        connections_[static_cast<std::size_t>(connection.socket.get())].reset();
        --open_;
    }

    const EchoSetup& setup_;
    std::size_t to_accept_ = setup_.connections;
    std::size_t open_ = 0;
    std::size_t in_flight_ = 0;                             // requests
    std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
    io_uring ring_{};
};

}  // namespace

void serve_echo_by_uring(const EchoSetup& setup) { Server{setup}.serve(); }

}  // namespace bench
