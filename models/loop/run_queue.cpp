#include "models/loop/run_queue.h"

namespace models {

Turns::Event& Turns::event(int number) {
    const auto index = static_cast<std::size_t>(number);
    if (index >= events_.size()) events_.resize(index + 1);
    return events_[index];
}

// Their memory is kept for the next run.
void Turns::clear_events() noexcept {
    for (Event& event : events_) {
        event.happened = false;
        event.waiters.clear();
    }
}

bool Turns::await(int number, Waiter& waiter) {
    Event& awaited = event(number);
    if (!awaited.happened) awaited.waiters.push_back(&waiter);
    return !awaited.happened;
}

void Turns::announce(int number) {
    Event& announced = event(number);
    announced.happened = true;
    soon_.insert(soon_.end(), announced.waiters.begin(), announced.waiters.end());
    announced.waiters.clear();
}

void Turns::wake_turn() {
    turn_.swap(soon_);
    wake_all(turn_);
}

void Turns::wake_all(std::vector<Waiter*>& waiters) {
    for (Waiter* const waiter : waiters) waiter->wake();
    waiters.clear();
}

}  // namespace models
