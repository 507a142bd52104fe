#pragma once

#include <string>
#include <vector>

#include "bench/suite/signals.h"
#include "sys/clock.h"

namespace bench {

// How a program came to its end.
struct Ended {
    enum class How { by_itself, time_limit, interrupted };

    How how;
    int status;        // as waitpid gives it
    std::string line;  // the last on its stderr
};

// Runs a program until it ends, the time is over, or a signal asks us to stop; afterwards nothing that it started
// in its group is alive.
[[nodiscard]] Ended supervise(const std::vector<std::string>& command, sys::Nanoseconds limit, SignalWatch& signals);

}  // namespace bench
