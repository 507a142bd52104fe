#pragma once

#include <string>
#include <vector>

#include "sys/clock.h"
#include "sys/signal_watch.h"

namespace bench {

// How a program came to its end.
struct Ended {
    enum class How { by_itself, time_limit, interrupted };

    How how;
    int status;        // the wait status
    std::string line;  // the last line of its stderr
};

// Runs a program until it ends, its time is over, or a signal asks us to stop. Afterwards no process of its group is
// left. The program inherits these descriptors.
[[nodiscard]] Ended supervise(const std::vector<std::string>& command, sys::Nanoseconds limit,
                              sys::SignalWatch& signals, const std::vector<int>& inherited = {});

}  // namespace bench
