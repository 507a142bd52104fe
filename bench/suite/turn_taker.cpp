#include "bench/suite/turn_taker.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "sys/check.h"

namespace bench {

TurnTaker::TurnTaker(std::vector<std::string> command, const sys::SignalWatch& signals, int output) {
    std::array<int, 2> ends{};
    sys::check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    socket_ = sys::UniqueFd{ends[0]};
    const sys::UniqueFd theirs{ends[1]};
    command.push_back("--turns=" + std::to_string(theirs.get()));
    group_.emplace(command, signals, std::vector<int>{theirs.get(), output});
}

bool TurnTaker::tell(const std::string& message) const {
    return ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(message.size());
}

std::optional<std::string> TurnTaker::hear() {
    if (!socket_) return std::nullopt;
    std::array<char, 256> buffer{};
    const ssize_t bytes = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (bytes == 0) socket_.reset();
    if (bytes <= 0) return std::nullopt;
    return std::string{buffer.data(), static_cast<std::size_t>(bytes)};
}

TurnEnd wait_for_turn(TurnTaker& whose, std::span<TurnTaker* const> alive, sys::Nanoseconds limit,
                      sys::SignalWatch& signals) {
    const sys::TimePoint deadline = sys::now() + limit;
    for (;;) {
        // poll() ignores a descriptor of -1 (stderr after its end).
        std::vector<pollfd> waited{{signals.descriptor(), POLLIN, 0},
                                   {whose.socket(), POLLIN, 0},
                                   {whose.group().end_descriptor(), POLLIN, 0}};
        for (TurnTaker* const one : alive) waited.push_back({one->group().errors_descriptor(), POLLIN, 0});
        const timespec left = sys::to_timespec(std::max(deadline - sys::now(), sys::Nanoseconds::zero()));
        ::ppoll(waited.data(), waited.size(), &left, nullptr);
        for (TurnTaker* const one : alive) one->group().read_errors();
        if (signals.interrupted()) return {TurnEnd::How::interrupted, {}};
        if (auto answer = whose.hear()) return {TurnEnd::How::answered, *std::move(answer)};
        // Comes before the check of the time: the program may have ended while Ctrl-Z had stopped us.
        if (whose.group().has_ended()) return {TurnEnd::How::ended, {}};
        if (sys::now() >= deadline) return {TurnEnd::How::time_limit, {}};
    }
}

}  // namespace bench
