#pragma once

#include <cstddef>
#include <vector>

namespace models {

// What a loop resumes: an entry of its table, a coroutine frame or a fiber's stack. The loop only borrows it: it must
// live until it is resumed.
class Continuation {
public:
    virtual void resume() = 0;

protected:
    ~Continuation() = default;
};

// The part of a loop that needs no kernel: continuations that are ready to run, and events between tasks.
class RunQueue {
public:
    // Resumes the continuation after all that are in the queue already.
    void post(Continuation& continuation) { posted_.push_back(&continuation); }

    // Events have numbers from 0. Returns false if the event has happened already: the task goes on at once.
    [[nodiscard]] bool await(int number, Continuation& continuation);
    void announce(int number);
    // Before each run.
    void clear_events() noexcept;

protected:
    [[nodiscard]] bool has_posted() const noexcept { return !posted_.empty(); }
    // `waiting`: a continuation waits for something outside the queue. Throws std::logic_error if none does and the
    // queue is empty: no continuation can ever be resumed.
    void require_progress(bool waiting) const;
    // A continuation that is posted meanwhile waits for the next call: otherwise two tasks that yield would starve the
    // others.
    void resume_posted();
    void resume_all(std::vector<Continuation*>& continuations);

private:
    struct Event {
        bool happened = false;
        std::vector<Continuation*> continuations;
    };
    [[nodiscard]] Event& event(int number);

    std::vector<Continuation*> posted_;
    std::vector<Continuation*> resuming_;  // a member so that its memory is used again
    std::vector<Event> events_;            // by number
};

}  // namespace models
