#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <memory>
#include <system_error>
#include <utility>

#include "bench/native/echo_servers.h"

namespace bench {
namespace {

using asio::ip::tcp;

// A connection. The handler of its operation keeps it alive.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, const EchoSetup& setup)
        : socket_{std::move(socket)},
          setup_{setup},
          buffer_{std::make_unique_for_overwrite<unsigned char[]>(setup.buffer_bytes)} {}

    void read() {
        socket_.async_read_some(asio::buffer(buffer_.get(), setup_.buffer_bytes),
                                [self = shared_from_this()](const asio::error_code& error, std::size_t count) {
                                    if (error) return self->setup_.ended(self->served_);
                                    self->served_.answer(self->buffer_.get(), count);
                                    self->write(count);
                                });
    }

private:
    void write(std::size_t count) {
        asio::async_write(socket_, asio::buffer(buffer_.get(), count),
                          [self = shared_from_this()](const asio::error_code& error, std::size_t) {
                              if (error) return self->setup_.ended(self->served_);
                              self->read();
                          });
    }

    tcp::socket socket_;
    const EchoSetup& setup_;
    std::unique_ptr<unsigned char[]> buffer_;
    Served served_;
};

class Server {
public:
    explicit Server(const EchoSetup& setup) : setup_{setup} { acceptor_.assign(tcp::v4(), setup.listener); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    // The listener is the caller's.
    ~Server() {
        asio::error_code ignored;
        acceptor_.release(ignored);
    }

    void serve() {
        if (to_accept_ > 0) accept();
        context_.run();
        if (failure_) throw std::system_error{failure_.value(), std::system_category(), "accept"};
    }

private:
    void accept() {
        acceptor_.async_accept([this](const asio::error_code& error, tcp::socket socket) {
            if (error) {
                failure_ = error;
                return context_.stop();
            }
            std::make_shared<Session>(std::move(socket), setup_)->read();
            if (--to_accept_ > 0) accept();
        });
    }

    const EchoSetup& setup_;
    std::size_t to_accept_ = setup_.connections;
    asio::error_code failure_;
    // One thread: the library uses no locks. Destroyed after the acceptor; it closes all connections that are left.
    asio::io_context context_{ASIO_CONCURRENCY_HINT_UNSAFE};
    tcp::acceptor acceptor_{context_};
};

}  // namespace

void serve_echo_by_asio(const EchoSetup& setup) { Server{setup}.serve(); }

}  // namespace bench
