#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "sys/unique_fd.h"
#include "tasks/task.h"

namespace workloads {

// Accepts connections, and spawns a task for each. Several may share a listener (prefork): each connection is
// promised to one of them by a ticket from the common counter before it is accepted, so that none of them is left
// waiting when all connections have come. `make_handler(UniqueFd)` makes the task that owns the connection.
template <class MakeHandler>
class Acceptor final : public tasks::SteppedTask<Acceptor<MakeHandler>> {
    using Base = tasks::SteppedTask<Acceptor>;

public:
    Acceptor(int listener, std::atomic<std::uint64_t>& tickets, std::uint64_t connections, MakeHandler make_handler)
        : Base{&Acceptor::ready_for_next},
          listener_{listener},
          tickets_{tickets},
          connections_{connections},
          make_handler_{std::move(make_handler)} {}

private:
    tasks::Operation ready_for_next(tasks::Result result) {
        if (result.failed()) return this->give_up(result);
        if (tickets_.fetch_add(1, std::memory_order_relaxed) >= connections_) return tasks::Finish{0};
        return this->then(&Acceptor::accepted, tasks::Accept{listener_});
    }
    tasks::Operation accepted(tasks::Result result) {
        if (result.failed()) return this->give_up(result);
        return this->then(&Acceptor::ready_for_next, tasks::Spawn{make_handler_(sys::UniqueFd{result.descriptor()})});
    }

    int listener_;
    std::atomic<std::uint64_t>& tickets_;
    std::uint64_t connections_;
    MakeHandler make_handler_;
};

}  // namespace workloads
