#include "models/event_loop.h"

#include <utility>

namespace models {

EventLoop::EventLoop(const tasks::Job& job, tasks::Ledger& ledger, std::unique_ptr<Poller> poller)
    : job_{job}, ledger_{ledger}, reactor_{std::move(poller)} {}

void EventLoop::run() {
    reactor_.clear_events();
    for (std::size_t index = 0; index < job_.size(); ++index) start(job_.make(index), tasks::root(index));
    while (alive_ > 0) reactor_.turn();
}

void EventLoop::start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
    if (free_.empty()) free_.push_back(&slots_.emplace_back(*this));
    Slot& slot = *free_.back();
    free_.pop_back();
    ++alive_;
    slot.take(std::move(task), id);
    reactor_.soon(slot);
}

void EventLoop::Slot::take(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
    task_ = std::move(task);
    id_ = id;
    operation_ = LoopOperation{loop_.reactor_};
}

// Resumes the task until it has to wait, or is done.
void EventLoop::Slot::wake() {
    if (!operation_.go_on(*this)) return;
    for (;;) {
        tasks::Operation next = task_->resume(operation_.outcome());
        if (const auto* const finished = std::get_if<tasks::Finish>(&next)) return finish(*finished);
        if (!operation_.start(next, *task_, *this, loop_)) return;
    }
}

void EventLoop::Slot::finish(const tasks::Finish& finish) {
    loop_.ledger_.finish(id_, finish);
    operation_.forget_descriptors();
    task_.reset();
    loop_.free_.push_back(this);
    --loop_.alive_;
}

}  // namespace models
