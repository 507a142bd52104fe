#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <coroutine>
#include <exception>
#include <memory>
#include <vector>

#include "bench/native/echo_servers.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

// Level-triggered epoll. Resumes the coroutine that waits for a descriptor. The destructor destroys all coroutines that
// still wait.
class Loop {
public:
    // A non-blocking descriptor, which stays registered until it is closed. One coroutine waits for it.
    class Watched {
    public:
        Watched(Loop& loop, int descriptor) : loop_{loop}, descriptor_{descriptor} {
            const auto place = static_cast<std::size_t>(descriptor);
            if (place >= loop.watched_.size()) loop.watched_.resize(place + 1);
            epoll_control(EPOLL_CTL_ADD, EPOLLIN);
            loop.watched_[place] = this;
        }
        Watched(const Watched&) = delete;
        Watched& operator=(const Watched&) = delete;
        ~Watched() { loop_.watched_[static_cast<std::size_t>(descriptor_)] = nullptr; }

        struct Ready {
            Watched& watched;
            static bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<> waiting) noexcept { watched.waiting_ = waiting; }
            static void await_resume() noexcept {}
        };
        Ready readable() { return until(EPOLLIN); }
        Ready writable() { return until(EPOLLOUT); }
        // Needed only if the descriptor stays open.
        void forget() { epoll_control(EPOLL_CTL_DEL, 0); }

    private:
        friend Loop;

        Ready until(std::uint32_t interest) {
            if (interest != interest_) epoll_control(EPOLL_CTL_MOD, interest);
            return Ready{*this};
        }
        void epoll_control(int operation, std::uint32_t interest) {
            epoll_event event{};
            event.events = interest;
            event.data.ptr = this;
            sys::check(::epoll_ctl(loop_.epoll_.get(), operation, descriptor_, &event), "epoll_ctl");
            interest_ = interest;
        }

        Loop& loop_;
        int descriptor_;
        std::uint32_t interest_ = 0;
        std::coroutine_handle<> waiting_;
    };

    Loop() = default;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() {
        for (const Watched* const watched : watched_) {
            if (watched != nullptr) watched->waiting_.destroy();
        }
    }

    void turn() {
        const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), -1);
        if (count == -1 && errno == EINTR) return;
        sys::check(count, "epoll_wait");
        for (int i = 0; i < count; ++i) {
            static_cast<Watched*>(events_[static_cast<std::size_t>(i)].data.ptr)->waiting_.resume();
        }
    }

private:
    sys::UniqueFd epoll_{sys::check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
    std::vector<Watched*> watched_;  // by descriptor
    std::array<epoll_event, 512> events_{};
};

struct Server {
    const EchoSetup& setup;
    std::size_t to_accept = setup.connections;
    std::size_t open = 0;
    std::exception_ptr failure{};
    Loop loop{};
};

// A coroutine that starts at once, and whose frame is destroyed when it ends. Nothing awaits it, so the server keeps
// its exception.
struct Detached {
    class promise_type {
    public:
        promise_type(Server& server, const auto&...) noexcept : server_{server} {}
        static Detached get_return_object() noexcept { return {}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        void unhandled_exception() noexcept { server_.failure = std::current_exception(); }

    private:
        Server& server_;
    };
};

Detached serve(Server& server, sys::UniqueFd socket) {
    Loop::Watched connection{server.loop, socket.get()};
    const auto buffer = std::make_unique_for_overwrite<unsigned char[]>(server.setup.buffer_bytes);
    Served served;
    bool filled = false;
    for (bool broken = false; !broken;) {
        if (!filled) co_await connection.readable();
        const ssize_t received = ::recv(socket.get(), buffer.get(), server.setup.buffer_bytes, 0);
        filled = received == static_cast<ssize_t>(server.setup.buffer_bytes);
        if (received == -1 && would_block()) continue;
        if (received <= 0) break;
        const auto count = static_cast<std::size_t>(received);
        served.answer(buffer.get(), count);
        for (std::size_t done = 0; done < count && !broken;) {
            const ssize_t sent = ::send(socket.get(), buffer.get() + done, count - done, MSG_NOSIGNAL);
            if (sent >= 0) {
                done += static_cast<std::size_t>(sent);
            } else if (would_block()) {
                co_await connection.writable();
            } else {
                broken = true;
            }
        }
    }
    server.setup.ended(served);
    --server.open;
}

Detached accept_all(Server& server) {
    const int listener = server.setup.listener;
    sys::check(::fcntl(listener, F_SETFL, O_NONBLOCK), "fcntl");
    Loop::Watched watched{server.loop, listener};
    while (server.to_accept > 0) {
        co_await watched.readable();
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && would_block()) continue;
        sys::UniqueFd socket{sys::check(accepted, "accept4")};
        --server.to_accept;
        ++server.open;
        serve(server, std::move(socket));
    }
    watched.forget();
}

}  // namespace

void serve_echo_by_coroutines(const EchoSetup& setup) {
    Server server{.setup = setup};
    accept_all(server);
    while (!server.failure && server.to_accept + server.open > 0) server.loop.turn();
    if (server.failure) std::rethrow_exception(server.failure);
}

}  // namespace bench
