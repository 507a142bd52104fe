#pragma once

#include <csignal>
#include <optional>

#include "sys/unique_fd.h"

namespace bench {

// Turns SIGINT, SIGTERM, SIGHUP and SIGCHLD into events of a descriptor. They are blocked while this object lives, so
// that no signal interrupts the program in the middle of a document.
class SignalWatch {
public:
    SignalWatch();
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    // Becomes readable when a signal arrives.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    // Reads the events that have arrived. Returns the first signal, now or earlier, that asked us to stop.
    std::optional<int> interrupted();

    // Call it in a child process before exec: restores the signal mask and SIGPIPE.
    void restore_in_child() const noexcept;

private:
    sigset_t before_{};
    sys::UniqueFd descriptor_;
    std::optional<int> interrupted_;
};

}  // namespace bench
