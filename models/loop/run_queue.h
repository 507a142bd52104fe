#pragma once

#include <cstddef>
#include <vector>

namespace models {

// What is woken by a loop. What it is (an entry of the loop's table, a coroutine frame, a fiber's stack) is the
// carrier's business. Waiters are lent, and must live until they are woken.
class Continuation {
public:
    virtual void resume() = 0;

protected:
    ~Continuation() = default;
};

// Whose turn it is, and who awaits which event: the part of a loop that needs no kernel.
class RunQueue {
public:
    // After all that are ready now have had their turn.
    void post(Continuation& continuation) { posted_.push_back(&continuation); }

    // Events by their number; clear_events() comes before each run. False: it has happened already, go on.
    [[nodiscard]] bool await(int number, Continuation& continuation);
    void announce(int number);
    void clear_events() noexcept;

protected:
    [[nodiscard]] bool has_posted() const noexcept { return !posted_.empty(); }
    // What is added meanwhile has to wait for the next turn, or two tasks that yield would starve the rest.
    void resume_posted();
    void resume_all(std::vector<Continuation*>& continuations);

private:
    struct Event {
        bool happened = false;
        std::vector<Continuation*> continuations;
    };
    [[nodiscard]] Event& event(int number);

    std::vector<Continuation*> posted_;
    std::vector<Continuation*> turn_;  // kept for its memory
    std::vector<Event> events_;        // by number
};

}  // namespace models
