#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sys/shared_memory.h"
#include "sys/tcp.h"
#include "sys/unique_fd.h"
#include "workloads/workload.h"

namespace workloads {

// The listeners of a server on a free port of 127.0.0.1, and the connections that its acceptors share in a run. What
// acceptors write lies in shared memory, because they may be in different processes.
//
// Acceptors that share a listener draw a ticket for each connection, so that none waits for a connection that another
// one got. If each has a listener of its own, it cannot know which connections will be hashed to it: it accepts until
// all connections of the run are up, and then the one that accepted the last of them shuts all listeners down.
class Listeners {
public:
    // The acceptors together accept `connections` in each run. `at_once`: so many connections find room in the backlog
    // of each listener. Throws std::system_error.
    Listeners(Acceptors acceptors, std::uint64_t connections, std::size_t at_once);

    // So many acceptors, instead of those that it was made for, share its one listener, and each accepts an equal part
    // of the connections. Called before any process of a run is forked. Throws std::system_error.
    void deal_to(std::size_t acceptors);
    // Called before each run, while no task is alive. All listeners listen when it returns. Throws std::system_error.
    void begin();

    [[nodiscard]] std::size_t acceptors() const noexcept { return accepted_by_.size(); }
    [[nodiscard]] sys::Endpoint endpoint() const { return sys::local_endpoint(sockets_.front().get()); }
    // Every acceptor that waits, and every later accept, fails.
    void shut_down() const noexcept;
    [[nodiscard]] std::vector<std::uint64_t> connections_by_acceptor() const;

    // For acceptors; any thread or process may call these.

    [[nodiscard]] int listener_of(std::size_t acceptor) const noexcept {
        return sockets_[own_listeners_ ? acceptor : 0].get();
    }
    // Whether the acceptor has to accept one more connection; it asks once before each.
    [[nodiscard]] bool expect_another(std::size_t acceptor) const noexcept;
    void accepted(std::size_t acceptor) const noexcept;
    // Whether an accept that failed failed because all connections are up.
    [[nodiscard]] bool all_are_up() const noexcept;
    // An acceptor cannot go on, with this error (a negative errno). Shuts the listeners down. The first error is kept,
    // unless it only follows from a shutdown.
    void fail(int error) const noexcept;

    // After a run: invalid if an acceptor failed for a reason of its own.
    [[nodiscard]] Verdict verify() const;

private:
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not work between processes");
    struct Board {
        std::atomic<std::uint64_t> tickets;
        std::atomic<std::uint64_t> accepted;
        std::atomic<int> first_error;
    };
    // One acceptor writes it.
    struct alignas(64) Count {
        std::atomic<std::uint64_t> connections;
    };

    bool own_listeners_;
    bool dealt_ = false;
    std::uint64_t connections_;
    int backlog_;
    std::vector<sys::UniqueFd> sockets_;
    sys::Shared<Board> board_;
    sys::SharedArray<Count> accepted_by_;  // by acceptor
};

}  // namespace workloads
