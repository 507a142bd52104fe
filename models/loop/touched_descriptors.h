#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace models {

// The descriptors that a task has used, nearly always one. A loop keeps a registration for each until the task
// finishes.
class TouchedDescriptors {
public:
    void note(int descriptor) {
        // Nearly always the same as before: so short that the compiler inlines it.
        if (descriptor != last_) note_another(descriptor);
    }
    [[nodiscard]] bool empty() const noexcept { return last_ == none; }
    // Calls `forget` for each descriptor, for some of them more than once.
    template <class Forget>
    void for_each(Forget forget) const {
        if (last_ != none) forget(last_);
        for (const int descriptor : earlier_) forget(descriptor);
    }

private:
    void note_another(int descriptor) {
        const int before = std::exchange(last_, descriptor);
        if (before == none) return;
        earlier_.push_back(before);
        if (earlier_.size() < shrink_at_) return;
        // The task alternates between a few descriptors, or uses very many.
        std::ranges::sort(earlier_);
        // clang 14 cannot compile libstdc++'s ranges::unique.
        earlier_.erase(std::unique(earlier_.begin(), earlier_.end()), earlier_.end());
        shrink_at_ = std::max(shrink_at_, 2 * earlier_.size());
    }

    static constexpr int none = -1;
    int last_ = none;
    std::vector<int> earlier_;
    std::size_t shrink_at_ = 16;
};

}  // namespace models
