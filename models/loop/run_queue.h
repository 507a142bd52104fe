#pragma once

#include <vector>

#include "models/loop/continuation.h"
#include "models/loop/primitives.h"

namespace models {

// The part of a loop that needs no kernel: continuations that are ready to run, and what tasks share.
class RunQueue {
public:
    RunQueue() = default;
    RunQueue(const RunQueue&) = delete;
    RunQueue& operator=(const RunQueue&) = delete;

    // Resumes the continuation after all that are in the queue already.
    void post(Continuation& continuation) { posted_.push_back(&continuation); }

    [[nodiscard]] bool has_posted() const noexcept { return !posted_.empty(); }

    // Those that it resumes join the queue.
    [[nodiscard]] Primitives& primitives() noexcept { return primitives_; }

protected:
    // `waiting`: a continuation waits for something outside the queue. Throws Deadlock if none does and the queue is
    // empty: no continuation can ever be resumed.
    void require_progress(bool waiting) const;
    // A continuation that is posted meanwhile waits for the next call: otherwise two tasks that yield would starve the
    // others.
    void resume_posted();
    void resume_all(std::vector<Continuation*>& continuations);

private:
    std::vector<Continuation*> posted_;
    std::vector<Continuation*> resuming_;  // a member so that its memory is used again
    Primitives primitives_{posted_};
};

}  // namespace models
