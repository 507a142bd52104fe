#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace sys {

// A pipe between a test and its child processes. A read gives up after 20 s, so that a mistake in the tested code makes
// the test fail instead of hang.
class Pipe {
public:
    Pipe() {
        std::array<int, 2> ends{};
        check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
        out_ = UniqueFd{ends[0]};
        in_ = UniqueFd{ends[1]};
    }

    [[nodiscard]] int out() const noexcept { return out_.get(); }
    [[nodiscard]] int in() const noexcept { return in_.get(); }
    void close_in() noexcept { in_.reset(); }

    void write(char byte) const { check(::write(in_.get(), &byte, 1), "write"); }
    // Empty at the end, when no process has the other end open. "timeout" if neither a byte nor the end comes.
    [[nodiscard]] std::string read() const {
        pollfd entry{out_.get(), POLLIN, 0};
        constexpr int patience_ms = 20'000;
        if (check(::poll(&entry, 1, patience_ms), "poll") == 0) return "timeout";
        std::array<char, 256> buffer{};
        return {buffer.data(),
                static_cast<std::size_t>(check(::read(out_.get(), buffer.data(), buffer.size()), "read"))};
    }
    [[nodiscard]] std::string read_to_end() const {
        std::string all;
        for (std::string part = read(); !part.empty(); part = read()) {
            all += part;
            if (part == "timeout") break;
        }
        return all;
    }

private:
    UniqueFd out_;
    UniqueFd in_;
};

}  // namespace sys
