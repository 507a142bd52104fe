#pragma once

#include <csignal>
#include <optional>

#include "sys/unique_fd.h"

namespace bench {

// SIGINT, SIGTERM and SIGHUP as an event that a wait can be woken by, together with the end of a child. While it
// lives they are blocked, so that nothing is ever torn in the middle: a document that is being written is written.
class SignalWatch {
public:
    SignalWatch();
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    // Becomes readable by such a signal, and by SIGCHLD.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    // Takes what has arrived. The first signal that asked us to stop, now or earlier.
    std::optional<int> interrupted();

    // Restores in a child, before exec, what this object and the program have changed.
    void restore_in_child() const noexcept;

private:
    sigset_t before_{};
    sys::UniqueFd descriptor_;
    std::optional<int> interrupted_;
};

}  // namespace bench
