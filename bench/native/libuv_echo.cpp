#include <fcntl.h>
#include <uv.h>

#include <csignal>
#include <memory>
#include <system_error>
#include <utility>

#include "bench/native/echo_servers.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

int check(int status, const char* call) {
    if (status < 0) throw std::system_error{-status, std::system_category(), call};
    return status;
}

struct Connection {
    explicit Connection(std::size_t bytes)
        : buffer{std::make_unique_for_overwrite<unsigned char[]>(bytes)}, buffer_bytes{bytes} {}

    uv_tcp_t stream{};
    uv_write_t rest_of_answer{};
    std::unique_ptr<unsigned char[]> buffer;
    std::size_t buffer_bytes;
    Served served;
};

// The handle of a connection points to it, and owns it; that of the listener points to nothing.
Connection& connection_of(void* handle) { return *static_cast<Connection*>(static_cast<uv_handle_t*>(handle)->data); }
void close(void* handle) {
    ::uv_close(static_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) {
        std::unique_ptr<Connection>{static_cast<Connection*>(closed->data)}.reset();
    });
}
uv_buf_t to_buffer(unsigned char* bytes, std::size_t count) {
    return ::uv_buf_init(reinterpret_cast<char*>(bytes), static_cast<unsigned>(count));
}

struct Loop {
    Loop() { check(::uv_loop_init(&native), "uv_loop_init"); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() {
        const auto close_it = [](uv_handle_t* handle, void*) {
            if (::uv_is_closing(handle) == 0) close(handle);
        };
        ::uv_walk(&native, close_it, nullptr);
        ::uv_run(&native, UV_RUN_DEFAULT);
        ::uv_loop_close(&native);
    }
    uv_loop_t native{};
};

// The library writes without MSG_NOSIGNAL: its user has to ignore the signal.
class IgnoreSigpipe {
public:
    IgnoreSigpipe() : before_{std::signal(SIGPIPE, SIG_IGN)} {}
    IgnoreSigpipe(const IgnoreSigpipe&) = delete;
    IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;
    ~IgnoreSigpipe() { std::signal(SIGPIPE, before_); }

private:
    void (*before_)(int);
};

class Server {
public:
    explicit Server(const EchoSetup& setup) : setup_{setup} {
        loop_.native.data = this;
        check(::uv_tcp_init(&loop_.native, &listener_), "uv_tcp_init");
        // The handle closes its descriptor; the listener is the caller's.
        sys::UniqueFd own{sys::check(::fcntl(setup.listener, F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)")};
        check(::uv_tcp_open(&listener_, own.get()), "uv_tcp_open");
        static_cast<void>(own.release());
        const int backlog = static_cast<int>(setup.connections) + 16;
        check(::uv_listen(native(listener_), backlog, on_connection), "uv_listen");
        if (to_accept_ == 0) close_listener();
    }

    // Returns when the listener and all connections are closed.
    void serve() {
        ::uv_run(&loop_.native, UV_RUN_DEFAULT);
        if (failure_ < 0) throw std::system_error{-failure_, std::system_category(), "accept"};
    }

private:
    static uv_stream_t* native(uv_tcp_t& handle) { return reinterpret_cast<uv_stream_t*>(&handle); }
    static Server& server_of(const uv_stream_t* stream) { return *static_cast<Server*>(stream->loop->data); }

    static void on_connection(uv_stream_t* listener, int status) noexcept {
        Server& server = server_of(listener);
        status < 0 ? server.fail(status) : server.accept();
    }
    static void on_buffer(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) noexcept {
        const Connection& connection = connection_of(handle);
        *buffer = to_buffer(connection.buffer.get(), connection.buffer_bytes);
    }
    static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t*) noexcept {
        Server& server = server_of(stream);
        // 0: there was nothing to read after all.
        if (count > 0) server.answer(connection_of(stream), static_cast<std::size_t>(count));
        if (count < 0) server.end(connection_of(stream));
    }

    void accept() noexcept {
        auto made = std::make_unique<Connection>(setup_.buffer_bytes);
        uv_tcp_t& stream = made->stream;
        ::uv_tcp_init(&loop_.native, &stream);
        stream.data = made.release();
        int status = ::uv_accept(native(listener_), native(stream));
        if (status == 0) status = ::uv_read_start(native(stream), on_buffer, on_read);
        if (status < 0) return fail(status);
        if (--to_accept_ == 0) close_listener();
    }
    void answer(Connection& connection, std::size_t count) noexcept {
        connection.served.answer(connection.buffer.get(), count);
        const uv_buf_t whole = to_buffer(connection.buffer.get(), count);
        const int sent = ::uv_try_write(native(connection.stream), &whole, 1);
        if (sent == static_cast<int>(count)) return;
        if (sent < 0 && sent != UV_EAGAIN) return end(connection);
        // Nothing is read into the buffer until the rest has been sent.
        ::uv_read_stop(native(connection.stream));
        const auto from = static_cast<std::size_t>(sent > 0 ? sent : 0);
        const uv_buf_t rest = to_buffer(connection.buffer.get() + from, count - from);
        const int status = ::uv_write(&connection.rest_of_answer, native(connection.stream), &rest, 1, on_written);
        if (status < 0) end(connection);
    }
    static void on_written(uv_write_t* request, int status) noexcept {
        // The connection is closed already.
        if (status == UV_ECANCELED) return;
        Server& server = server_of(request->handle);
        if (status == 0) status = ::uv_read_start(request->handle, on_buffer, on_read);
        if (status < 0) server.end(connection_of(request->handle));
    }
    void end(Connection& connection) noexcept {
        setup_.ended(connection.served);
        close(&connection.stream);
    }
    void fail(int status) noexcept {
        failure_ = status;
        // The library goes on accepting as long as the listener is open.
        close_listener();
        ::uv_stop(&loop_.native);
    }
    void close_listener() noexcept {
        if (::uv_is_closing(reinterpret_cast<uv_handle_t*>(&listener_)) == 0) close(&listener_);
    }

    const EchoSetup& setup_;
    IgnoreSigpipe ignore_sigpipe_;
    std::size_t to_accept_ = setup_.connections;
    int failure_ = 0;
    uv_tcp_t listener_{};
    Loop loop_;  // destroyed first: it closes the handles
};

}  // namespace

void serve_echo_by_libuv(const EchoSetup& setup) { Server{setup}.serve(); }

}  // namespace bench
