#pragma once

#include <sys/socket.h>

#include <optional>
#include <vector>

#include "sys/check.h"
#include "sys/tcp.h"
#include "sys/tcp_statistics.h"

// A listener that accepts nothing, whose queue is full: the last attempts to connect were dropped.
class FullListener {
public:
    // Connects until the kernel has counted an overflow. Throws std::system_error if there are no sockets.
    FullListener() {
        const auto before = sys::tcp_statistics();
        if (!before) return;
        for (int attempt = 0; attempt < attempts_most && !overflowed_; ++attempt) {
            connect();
            overflowed_ = sys::tcp_statistics()->listen_overflows > before->listen_overflows;
        }
    }
    [[nodiscard]] bool overflowed() const noexcept { return overflowed_; }

private:
    // Two fit into the queue. The kernel may count a little later than connect() returns.
    static constexpr int attempts_most = 1000;

    void connect() {
        const sockaddr_in server = sys::local_endpoint(listener_.get()).native();
        const sys::UniqueFd& client = clients_.emplace_back(sys::tcp_socket());
        sys::set_nonblocking(client.get());
        // In progress: nobody waits for an answer.
        (void)::connect(client.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server);
    }

    sys::UniqueFd listener_ = sys::listen_on({}, /*backlog=*/1);
    std::vector<sys::UniqueFd> clients_;
    bool overflowed_ = false;
};
