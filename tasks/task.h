#pragma once

#include <utility>

#include "tasks/operation.h"

namespace tasks {

// A state machine that does no I/O and never waits: it says what it wants next, and is resumed with the result.
// The very same object code runs under every model, so that what is measured is the model alone.
//
// A task is resumed by one thread at a time, though not always by the same one. It is owned by its model and
// destroyed after Finish.
class Task {
public:
    Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    virtual ~Task() = default;

    // The first call starts the task, with Result{0}. Not called again after Finish.
    [[nodiscard]] virtual Operation resume(Result result) = 0;

    // The work of a Compute operation. Called once for each, before the resume that ends it, possibly on another
    // thread.
    virtual void compute() {}
};

// A task written as named steps, each named after what has just happened (connected, sent, received), so that it
// reads like the callbacks of an event loop. Not as a coroutine: the state must cost every carrier the same.
template <class Self>
class SteppedTask : public Task {
public:
    using Step = Operation (Self::*)(Result);

    [[nodiscard]] Operation resume(Result result) final { return (static_cast<Self&>(*this).*next_)(result); }

protected:
    explicit SteppedTask(Step first) : next_{first} {}

    // "Ask for `operation`, and go on with `step`."
    template <class Next>
    [[nodiscard]] Operation then(Step step, Next&& operation) {
        next_ = step;
        return Operation{std::forward<Next>(operation)};
    }
    // "That failed: end, and say why."
    [[nodiscard]] static Operation give_up(Result result) { return Finish{0, result.error()}; }

private:
    Step next_;
};

}  // namespace tasks
