#include "models/loop_operation.h"

#include <algorithm>

namespace models {

bool LoopOperation::settle(Readiness readiness, Waiter& waiter) {
    on_socket_ = readiness != Readiness::done;
    if (on_socket_) {
        reactor_->when(readiness, socket_operation_.descriptor(), waiter);
        return false;
    }
    outcome_ = socket_operation_.outcome();
    if (socket_operation_.accepted()) reactor_->may_have_more(socket_operation_.descriptor());
    return true;
}

// The earlier one stays registered until the task finishes.
void LoopOperation::note_change_from(int next_descriptor) {
    const int before = socket_operation_.descriptor();
    if (before < 0 || before == next_descriptor || std::ranges::find(earlier_, before) != earlier_.end()) return;
    earlier_.push_back(before);
}

void LoopOperation::forget_descriptors() {
    if (socket_operation_.descriptor() >= 0) reactor_->forget(socket_operation_.descriptor());
    for (const int descriptor : earlier_) reactor_->forget(descriptor);
}

}  // namespace models
