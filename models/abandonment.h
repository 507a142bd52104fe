#pragma once

#include <atomic>

namespace models {

// Thrown on a thread whose run was abandoned, so that it leaves its task. Not a std::exception, because it is not the
// failure that ended the run.
struct RunAbandoned {};

// Whether a run was abandoned because a part of it failed. A thread looks at it at the beginning of a task, and when a
// signal has interrupted a system call: so it costs nothing in a call that goes well.
class Abandonment {
public:
    void begin() noexcept { begun_.store(true); }
    [[nodiscard]] bool has_begun() const noexcept { return begun_.load(std::memory_order_relaxed); }
    void throw_if_begun() const {
        if (has_begun()) throw RunAbandoned{};
    }

private:
    std::atomic<bool> begun_{false};
};

}  // namespace models
