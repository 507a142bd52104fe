#include "models/loop/run_queue.h"

namespace models {

void RunQueue::require_progress(bool waiting) const {
    if (!waiting && posted_.empty()) throw Deadlock{primitives_.waiting()};
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
