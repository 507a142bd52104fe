#include "workloads/io/listeners.h"

#include <sys/socket.h>

#include <cassert>
#include <cerrno>

#include "sys/check.h"

namespace workloads {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// With some room to spare.
int backlog_for(std::size_t connections) { return static_cast<int>(connections) + 16; }

}  // namespace

Listeners::Listeners(Acceptors acceptors, std::uint64_t connections, std::size_t at_once)
    : own_listeners_{acceptors.own_listeners},
      connections_{connections},
      backlog_{backlog_for(at_once)},
      accepted_by_{acceptors.count} {
    if (own_listeners_) {
        sockets_ = sys::listen_on_one_port({}, backlog_, acceptors.count);
    } else {
        sockets_.push_back(sys::listen_on({}, backlog_));
    }
}

void Listeners::deal_to(std::size_t acceptors) {
    assert(!own_listeners_);
    dealt_ = true;
    accepted_by_ = sys::SharedArray<Count>{acceptors};
}

void Listeners::begin() {
    board_->tickets.store(0, relaxed);
    board_->accepted.store(0, relaxed);
    board_->first_error.store(0, relaxed);
    for (Count& count : accepted_by_) count.connections.store(0, relaxed);
    if (!own_listeners_) return;
    // The last run ended with their shutdown. All listen before the first client connects: the kernel divides the
    // connections among those that listen at that moment.
    for (const sys::UniqueFd& socket : sockets_) sys::listen_again(socket.get(), backlog_);
}

void Listeners::shut_down() const noexcept {
    for (const sys::UniqueFd& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
}

std::vector<std::uint64_t> Listeners::connections_by_acceptor() const {
    std::vector<std::uint64_t> counts;
    for (const Count& count : accepted_by_) counts.push_back(count.connections.load(relaxed));
    return counts;
}

bool Listeners::expect_another(std::size_t acceptor) const noexcept {
    if (own_listeners_) return !all_are_up();
    if (dealt_) {
        const tasks::Block own = tasks::block_of(connections_, acceptor, acceptors());
        return accepted_by_[acceptor].connections.load(relaxed) < own.end - own.first;
    }
    return board_->tickets.fetch_add(1, relaxed) < connections_;
}

void Listeners::accepted(std::size_t acceptor) const noexcept {
    accepted_by_[acceptor].connections.fetch_add(1, relaxed);
    if (!own_listeners_) return;
    // A listener that is shut down resets the connections in its backlog. None is left: all have been accepted.
    if (board_->accepted.fetch_add(1) + 1 == connections_) shut_down();
}

void Listeners::fail(int error) const noexcept {
    // EINVAL: the listener does not listen any more.
    int none = 0;
    if (error != -EINVAL) board_->first_error.compare_exchange_strong(none, error, relaxed);
    shut_down();
}

Verdict Listeners::verify() const {
    const int error = board_->first_error.load(relaxed);
    return error == 0 ? Verdict::valid()
                      : Verdict::invalid("a connection could not be accepted: " + sys::error_text(-error));
}

bool Listeners::all_are_up() const noexcept { return own_listeners_ && board_->accepted.load() >= connections_; }

}  // namespace workloads
