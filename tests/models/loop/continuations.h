#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <string_view>

#include "models/loop/reactor.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace models {

// Calls a function.
class FunctionContinuation final : public Continuation {
public:
    explicit FunctionContinuation(std::function<void()> function) : function_{std::move(function)} {}
    void resume() override {
        ++times_resumed_;
        function_();
    }
    [[nodiscard]] int times_resumed() const noexcept { return times_resumed_; }

private:
    std::function<void()> function_;
    int times_resumed_ = 0;
};

// A connected pair of non-blocking sockets.
struct SocketPair {
    SocketPair() {
        std::array<int, 2> ends{};
        sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        near = sys::UniqueFd{ends[0]};
        far = sys::UniqueFd{ends[1]};
    }
    static void write(const sys::UniqueFd& end, std::string_view text) {
        sys::check(::send(end.get(), text.data(), text.size(), MSG_NOSIGNAL), "send");
    }
    // Sends until the buffer is full. Returns the number of bytes.
    static std::size_t fill(const sys::UniqueFd& end) {
        const std::array<char, 4096> bytes{};
        std::size_t total = 0;
        for (;;) {
            const ssize_t sent = ::send(end.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) return total;
            total += static_cast<std::size_t>(sent);
        }
    }
    static std::size_t drain(const sys::UniqueFd& end) {
        std::array<char, 4096> bytes{};
        std::size_t total = 0;
        for (;;) {
            const ssize_t received = ::recv(end.get(), bytes.data(), bytes.size(), 0);
            if (received <= 0) return total;
            total += static_cast<std::size_t>(received);
        }
    }

    sys::UniqueFd near;
    sys::UniqueFd far;
};

}  // namespace models
