#include "bench/native/coroutine_echo.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <coroutine>
#include <memory>

namespace native {
namespace {

// Starts by itself and is gone when it ends. It has to end: nobody else frees it.
struct Detached {
    struct promise_type {
        static Detached get_return_object() noexcept { return {}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() { throw; }  // to serve()
    };
};

class Loop {
public:
    // A descriptor that does not block, registered as long as this lives; one coroutine waits on it.
    class Watched {
    public:
        Watched(Loop& loop, Descriptor descriptor) : loop_{loop}, descriptor_{std::move(descriptor)} {
            control(EPOLL_CTL_ADD, EPOLLIN);
        }
        Watched(const Watched&) = delete;
        Watched& operator=(const Watched&) = delete;
        // The kernel drops the registration when the descriptor is closed.
        ~Watched() = default;

        [[nodiscard]] int number() const noexcept { return descriptor_.number; }

        struct Ready {
            Watched& watched;
            static bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<> waiting) noexcept { watched.waiting_ = waiting; }
            static void await_resume() noexcept {}
        };
        Ready readable() { return until(EPOLLIN); }
        Ready writable() { return until(EPOLLOUT); }
        void resume() { waiting_.resume(); }

    private:
        Ready until(std::uint32_t interest) {
            if (interest != interest_) control(EPOLL_CTL_MOD, interest);
            return Ready{*this};
        }
        void control(int operation, std::uint32_t interest) {
            epoll_event event{};
            event.events = interest;
            event.data.ptr = this;
            check(::epoll_ctl(loop_.epoll_.number, operation, descriptor_.number, &event), "epoll_ctl");
            interest_ = interest;
        }

        Loop& loop_;
        Descriptor descriptor_;
        std::uint32_t interest_ = 0;
        std::coroutine_handle<> waiting_;
    };

    void turn() {
        const int count = ::epoll_wait(epoll_.number, events_.data(), static_cast<int>(events_.size()), -1);
        if (count == -1 && errno == EINTR) return;
        check(count, "epoll_wait");
        for (int i = 0; i < count; ++i) {
            static_cast<Watched*>(events_[static_cast<std::size_t>(i)].data.ptr)->resume();
        }
    }

private:
    Descriptor epoll_{check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::array<epoll_event, 512> events_{};
};

struct Server {
    Loop loop;
    std::size_t buffer_bytes;
    const std::function<void(Served)>& ended;
    std::size_t open = 0;
    std::size_t to_accept = 0;
};

bool would_block() { return errno == EAGAIN || errno == EINTR; }

Detached serve(Server& server, Descriptor socket) {
    {
        Loop::Watched connection{server.loop, std::move(socket)};
        const auto buffer = std::make_unique_for_overwrite<unsigned char[]>(server.buffer_bytes);
        Served served;
        bool filled = false;
        for (bool broken = false; !broken;) {
            if (!filled) co_await connection.readable();
            const ssize_t received = ::recv(connection.number(), buffer.get(), server.buffer_bytes, 0);
            filled = received == static_cast<ssize_t>(server.buffer_bytes);
            if (received == -1 && would_block()) continue;
            if (received <= 0) break;
            const auto count = static_cast<std::size_t>(received);
            served.bytes += count;
            served.sum += answer(buffer.get(), count);
            for (std::size_t sent_before = 0; sent_before < count && !broken;) {
                const ssize_t sent =
                    ::send(connection.number(), buffer.get() + sent_before, count - sent_before, MSG_NOSIGNAL);
                if (sent >= 0) {
                    sent_before += static_cast<std::size_t>(sent);
                } else if (would_block()) {
                    co_await connection.writable();
                } else {
                    broken = true;
                }
            }
        }
        server.ended(served);
    }
    --server.open;
}

Detached accept_all(Server& server, int listener) {
    check(::fcntl(listener, F_SETFL, O_NONBLOCK), "fcntl");
    // The caller's descriptor stays open.
    Loop::Watched watched{server.loop, Descriptor{check(::fcntl(listener, F_DUPFD_CLOEXEC, 0), "fcntl")}};
    while (server.to_accept > 0) {
        co_await watched.readable();
        const int accepted = ::accept4(watched.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && would_block()) continue;
        Descriptor socket{check(accepted, "accept4")};
        --server.to_accept;
        ++server.open;
        serve(server, std::move(socket));
    }
}

}  // namespace

void serve_echo_by_coroutines(int listener, std::size_t connections, std::size_t buffer_bytes,
                              const std::function<void(Served)>& ended) {
    Server server{.loop = {}, .buffer_bytes = buffer_bytes, .ended = ended, .open = 0, .to_accept = connections};
    accept_all(server, listener);
    while (server.to_accept + server.open > 0) server.loop.turn();
}

}  // namespace native
