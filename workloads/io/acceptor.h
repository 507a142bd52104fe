#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "sys/unique_fd.h"
#include "tasks/task.h"
#include "workloads/io/listeners.h"

namespace workloads {

// A function that makes the task for a connection. The task owns the connection.
template <class Function>
concept MakesHandler = std::is_invocable_r_v<std::unique_ptr<tasks::Task>, Function&, sys::UniqueFd>;

// Accepts connections, and spawns a handler for each. Several acceptors may share the connections of a run.
template <MakesHandler MakeHandler>
class Acceptor final : public tasks::SteppedTask<Acceptor<MakeHandler>> {
    using Base = tasks::SteppedTask<Acceptor>;

public:
    // `number`: which of the acceptors it is. The listeners outlive the task.
    Acceptor(std::size_t number, const Listeners& listeners, MakeHandler make_handler)
        : Base{&Acceptor::ready_for_next},
          number_{number},
          listeners_{listeners},
          make_handler_{std::move(make_handler)} {}

private:
    tasks::Operation ready_for_next(tasks::Result result) {
        if (result.failed()) return fail(result);
        if (!listeners_.expect_another(number_)) return tasks::Finish{0};
        return this->then(&Acceptor::accepted, tasks::Accept{listeners_.listener_of(number_)});
    }
    tasks::Operation accepted(tasks::Result result) {
        if (result.failed() && listeners_.all_are_up()) return tasks::Finish{0};
        if (result.failed()) return fail(result);
        listeners_.accepted(number_);
        return this->then(&Acceptor::ready_for_next, tasks::Spawn{make_handler_(sys::UniqueFd{result.descriptor()})});
    }

    // Nobody accepts its connections any more: their clients must not wait for an answer.
    tasks::Operation fail(tasks::Result result) const {
        listeners_.fail(result.error());
        return this->give_up(result);
    }

    std::size_t number_;
    const Listeners& listeners_;
    MakeHandler make_handler_;
};

template <MakesHandler MakeHandler>
[[nodiscard]] std::unique_ptr<tasks::Task> make_acceptor(std::size_t number, const Listeners& listeners,
                                                         MakeHandler make_handler) {
    return std::make_unique<Acceptor<MakeHandler>>(number, listeners, std::move(make_handler));
}

}  // namespace workloads
