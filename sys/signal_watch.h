#pragma once

#include <csignal>
#include <optional>

#include "sys/unique_fd.h"

namespace sys {

// A descriptor from which SIGINT, SIGTERM, SIGHUP and SIGCHLD can be read (signalfd). While this object lives they are
// blocked, so that none interrupts the writing of a results document. SIGINT, SIGTERM or SIGHUP is left alone if our
// parent ignores it. The constructor also sets SIGCHLD to its default and ignores SIGPIPE; both stay so.
class SignalWatch {
public:
    SignalWatch();
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    // Becomes readable when a signal arrives.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
    // The same, without SIGCHLD: readable when another signal than those that interrupted() has read asks us to stop.
    [[nodiscard]] int stop_descriptor() const noexcept { return stop_descriptor_.get(); }
    // Reads the events that have arrived. Returns the first signal, now or earlier, that asked us to stop.
    std::optional<int> interrupted();

    // Call it in a child process: restores the signal mask and SIGPIPE.
    void restore_in_child() const noexcept;

private:
    sigset_t before_{};
    UniqueFd descriptor_;
    UniqueFd stop_descriptor_;
    std::optional<int> interrupted_;
};

// The exit code of a program that a signal has stopped; shells give the same one to a program that it has killed.
[[nodiscard]] constexpr int exit_code_after(int signal) noexcept { return 128 + signal; }

}  // namespace sys
