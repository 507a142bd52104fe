#include "models/loop/run_queue.h"

#include <cassert>
#include <stdexcept>

namespace models {

RunQueue::Event& RunQueue::event(int number) {
    assert(number >= 0);
    const auto index = static_cast<std::size_t>(number);
    if (index >= events_.size()) events_.resize(index + 1);
    return events_[index];
}

// The memory of the events is kept for the next run.
void RunQueue::clear_events() noexcept {
    for (Event& event : events_) {
        event.happened = false;
        event.continuations.clear();
    }
}

bool RunQueue::await(int number, Continuation& continuation) {
    Event& awaited = event(number);
    if (!awaited.happened) awaited.continuations.push_back(&continuation);
    return !awaited.happened;
}

void RunQueue::announce(int number) {
    Event& announced = event(number);
    announced.happened = true;
    posted_.insert(posted_.end(), announced.continuations.begin(), announced.continuations.end());
    announced.continuations.clear();
}

void RunQueue::require_progress(bool waiting) const {
    if (!waiting && posted_.empty()) throw std::logic_error{"every task waits, and nothing can resume one"};
}

void RunQueue::resume_posted() {
    resuming_.swap(posted_);
    resume_all(resuming_);
}

void RunQueue::resume_all(std::vector<Continuation*>& continuations) {
    for (Continuation* const continuation : continuations) continuation->resume();
    continuations.clear();
}

}  // namespace models
