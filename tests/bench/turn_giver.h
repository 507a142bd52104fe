#pragma once

#include <sys/socket.h>

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace bench {

// The program that gives the turns. The socket keeps what it says, so a test may say everything first, and then let the
// benchmark run.
class TurnGiver {
public:
    explicit TurnGiver(std::initializer_list<std::string_view> messages = {}) {
        std::array<int, 2> ends{};
        sys::check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        own_ = sys::UniqueFd{ends[0]};
        other_ = sys::UniqueFd{ends[1]};
        for (const std::string_view message : messages) say(message);
    }

    [[nodiscard]] int benchmarks_end() const noexcept { return other_.get(); }
    void say(std::string_view message) { sys::check(::send(own_.get(), message.data(), message.size(), 0), "send"); }
    void go_away() { own_.reset(); }

    // The next message; waits for it.
    std::string hear() {
        std::array<char, 100> text{};
        const ssize_t length = sys::check(::recv(own_.get(), text.data(), text.size(), 0), "recv");
        return {text.data(), static_cast<std::size_t>(length)};
    }
    // What the benchmark has said until now.
    std::vector<std::string> heard() {
        std::vector<std::string> messages;
        char next = 0;
        while (::recv(own_.get(), &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0) messages.push_back(hear());
        return messages;
    }

private:
    sys::UniqueFd own_;
    sys::UniqueFd other_;
};

}  // namespace bench
