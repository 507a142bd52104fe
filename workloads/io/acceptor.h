#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "sys/unique_fd.h"
#include "tasks/task.h"

namespace workloads {

// A function that makes the task for a connection. The task owns the connection.
template <class Function>
concept MakesHandler = std::is_invocable_r_v<std::unique_ptr<tasks::Task>, Function&, sys::UniqueFd>;

// Accepts connections, spawns a handler for each, and finishes with their number. Several acceptors may share a
// listener (prefork): each takes a ticket from the common counter before it accepts, so that no acceptor waits for a
// connection that another one got.
template <MakesHandler MakeHandler>
class Acceptor final : public tasks::SteppedTask<Acceptor<MakeHandler>> {
    using Base = tasks::SteppedTask<Acceptor>;

public:
    // `tickets` counts from 0, and outlives the task. The acceptors together accept `connections`.
    Acceptor(int listener, std::atomic<std::uint64_t>& tickets, std::uint64_t connections, MakeHandler make_handler)
        : Base{&Acceptor::ready_for_next},
          listener_{listener},
          tickets_{tickets},
          connections_{connections},
          make_handler_{std::move(make_handler)} {}

private:
    tasks::Operation ready_for_next(tasks::Result result) {
        if (result.failed()) return this->give_up(result);
        if (tickets_.fetch_add(1, std::memory_order_relaxed) >= connections_) return tasks::Finish{accepted_};
        return this->then(&Acceptor::accepted, tasks::Accept{listener_});
    }
    tasks::Operation accepted(tasks::Result result) {
        if (result.failed()) return this->give_up(result);
        ++accepted_;
        return this->then(&Acceptor::ready_for_next, tasks::Spawn{make_handler_(sys::UniqueFd{result.descriptor()})});
    }

    int listener_;
    std::atomic<std::uint64_t>& tickets_;
    std::uint64_t connections_;
    std::uint64_t accepted_ = 0;
    MakeHandler make_handler_;
};

template <MakesHandler MakeHandler>
[[nodiscard]] std::unique_ptr<tasks::Task> make_acceptor(int listener, std::atomic<std::uint64_t>& tickets,
                                                         std::uint64_t connections, MakeHandler make_handler) {
    return std::make_unique<Acceptor<MakeHandler>>(listener, tickets, connections, std::move(make_handler));
}

}  // namespace workloads
