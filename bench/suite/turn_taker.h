#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/suite/process_group.h"
#include "sys/clock.h"
#include "sys/signal_watch.h"
#include "sys/unique_fd.h"

namespace bench {

// A benchmark binary that takes turns (its option --turns). It is alive and at rest until it is told to go on. Each
// message is one packet on a socket:
//   from the binary: "ready"; "done <wall time in ns> <amount of work>"
//   to the binary:   "try <amount>" and "go <amount>" (a slice that is not, and one that is recorded); "end"
class TurnTaker {
public:
    // `command`: without the option --turns. The program inherits `output`. Throws std::system_error.
    TurnTaker(std::vector<std::string> command, const sys::SignalWatch& signals, int output);

    // False if the binary has ended.
    [[nodiscard]] bool tell(const std::string& message) const;
    // The message that has arrived, if any.
    [[nodiscard]] std::optional<std::string> hear();

    // -1 after the binary has closed its end.
    [[nodiscard]] int socket() const noexcept { return socket_.get(); }
    [[nodiscard]] ProcessGroup& group() noexcept { return *group_; }

private:
    sys::UniqueFd socket_;
    std::optional<ProcessGroup> group_;
};

// How a turn ended.
struct TurnEnd {
    enum class How { answered, ended, time_limit, interrupted };

    How how;
    std::string answer;  // the message; empty unless it answered
};

// Waits until `whose` answers or ends, its time is over, or a signal asks us to stop. Only the time in this turn
// counts. Meanwhile reads the stderr of all that are alive, so that none of them waits for us.
[[nodiscard]] TurnEnd wait_for_turn(TurnTaker& whose, std::span<TurnTaker* const> alive, sys::Nanoseconds limit,
                                    sys::SignalWatch& signals);

}  // namespace bench
