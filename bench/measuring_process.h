#pragma once

#include <functional>
#include <optional>

#include "sys/signal_watch.h"

namespace bench {

// How the process that measures has ended.
struct Ending {
    int status = 0;  // of waitpid()
    int code = 2;    // its exit code, if it has ended by itself
    bool shown = true;
    std::optional<int> stopped_by{};  // the signal that asked us to stop
};

// Runs `main_part` in a child. A model that spins is stopped while its clock is read (sys::ProcessFamily): a shell
// would take that for Ctrl-Z if it were the shell's own child. And the parent lives on if the child is killed.
// Afterwards no process is left.
[[nodiscard]] Ending run_in_child(const std::function<int()>& main_part, sys::SignalWatch& signals);

}  // namespace bench
