#include "bench/harness/turns.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <span>
#include <stdexcept>

namespace bench {

Turns::Turns(int socket, std::size_t recorded) : socket_{socket}, recorded_{recorded} {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == -1 || type != SOCK_SEQPACKET) {
        throw std::invalid_argument{"descriptor " + std::to_string(socket) +
                                    " is not a SOCK_SEQPACKET socket; a program that lets cases take turns passes one"};
    }
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
}

void Turns::tell_done(sys::Nanoseconds wall, std::uint64_t amount) noexcept {
    std::array<char, 64> text{};
    const auto number = [&text](char* begin, auto value) {
        return std::to_chars(begin, text.data() + text.size(), value).ptr;
    };
    char* end = std::ranges::copy(std::string_view{"done "}, text.data()).out;
    end = number(end, wall.count());
    *end++ = ' ';
    end = number(end, amount);
    tell({text.data(), end});
}

// If the program has gone, wait() notices it.
void Turns::tell(std::string_view message) const noexcept {
    while (::send(socket_, message.data(), message.size(), MSG_NOSIGNAL) == -1 && errno == EINTR) {
    }
}

std::optional<Turns::Turn> Turns::wait() noexcept {
    std::array<char, 64> text{};
    ssize_t length = 0;
    do {
        length = ::recv(socket_, text.data(), text.size(), 0);
    } while (length == -1 && errno == EINTR);
    if (length > 0) return accept({text.data(), static_cast<std::size_t>(length)});
    board_->abandoned = true;
    return std::nullopt;
}

std::optional<Turns::Turn> Turns::accept(std::string_view message) noexcept {
    if (message == "end") return std::nullopt;
    const bool recorded = message.starts_with("go ");
    if (!recorded && !message.starts_with("try ")) return refuse(message, "no such message");
    const std::string_view number = message.substr(message.find(' ') + 1);
    std::uint64_t amount = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), amount);
    if (error != std::errc{} || end != number.data() + number.size() || amount == 0) {
        return refuse(message, "no amount of work");
    }
    if (recorded) {
        if (board_->taken == recorded_) return refuse(message, "all turns are taken");
        ++board_->taken;
    } else {
        if (board_->taken > 0) return refuse(message, "tries come before the recorded turns");
        if (board_->tries == most_tries) return refuse(message, "too many tries");
        ++board_->tries;
    }
    return Turn{amount, recorded};
}

std::optional<Turns::Turn> Turns::refuse(std::string_view message, std::string_view why) noexcept {
    std::span<char> room{board_->refusal.data(), board_->refusal.size() - 1};
    for (const std::string_view part : {std::string_view{"refused '"}, message, std::string_view{"': "}, why}) {
        const std::size_t length = std::min(part.size(), room.size());
        std::copy_n(part.begin(), length, room.begin());
        room = room.subspan(length);
    }
    return std::nullopt;
}

std::string Turns::failure() const {
    if (std::string refusal{board_->refusal.data()}; !refusal.empty()) return refusal;
    if (board_->taken == recorded_) return {};
    return std::to_string(board_->taken) + " of " + std::to_string(recorded_) + " turns were taken";
}

}  // namespace bench
