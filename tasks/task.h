#pragma once

#include <concepts>
#include <utility>

#include "tasks/operation.h"

namespace tasks {

// A state machine that does no I/O and never waits. It returns the operation that it needs next; the model performs the
// operation, and resumes the task with the result. All models run the same object code of the task, so that only the
// model is measured.
//
// One thread at a time resumes a task, not always the same one. The model owns the task, and destroys it after Finish.
class Task {
public:
    Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    virtual ~Task() = default;

    // The first call starts the task; its result is Result{0}. Not called again after Finish.
    [[nodiscard]] virtual Operation resume(Result result) = 0;

    // The work of a Compute operation. Called once for each Compute, possibly on another thread, and before the task is
    // resumed.
    virtual void compute() {}
};

// Base of a task that consists of steps, which are members of Self. The name of a step says what has just happened
// (connected, sent, received), like the name of a callback. A task is not a coroutine, because its state must cost the
// same under every carrier.
template <class Self>
class SteppedTask : public Task {
public:
    using Step = Operation (Self::*)(Result);

    [[nodiscard]] Operation resume(Result result) final { return (static_cast<Self&>(*this).*next_)(result); }

protected:
    explicit SteppedTask(Step first) : next_{first} { static_assert(std::derived_from<Self, SteppedTask>); }

    // Returns `operation`. When the operation has ended, the task goes on with `step`.
    template <class Next>
    requires std::constructible_from<Operation, Next>
    [[nodiscard]] Operation then(Step step, Next&& operation) {
        next_ = step;
        return Operation{std::forward<Next>(operation)};
    }
    // Ends the task with the error of `result`.
    [[nodiscard]] static Operation give_up(Result result) { return Finish{0, result.error()}; }

private:
    Step next_;
};

}  // namespace tasks
