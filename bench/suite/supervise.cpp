#include "bench/suite/supervise.h"

#include <poll.h>

#include <algorithm>
#include <array>

#include "bench/suite/process_group.h"

namespace bench {

Ended supervise(const std::vector<std::string>& command, sys::Nanoseconds limit, sys::SignalWatch& signals,
                const std::vector<int>& inherited) {
    const sys::TimePoint deadline = sys::now() + limit;
    ProcessGroup group{command, signals, inherited};
    const auto end_as = [&group](Ended::How how) {
        const int status = group.end();
        return Ended{how, status, group.last_error_line()};
    };
    for (;;) {
        // poll() ignores a descriptor of -1 (stderr after its end).
        std::array<pollfd, 2> waited{{{signals.descriptor(), POLLIN, 0}, {group.errors_descriptor(), POLLIN, 0}}};
        const timespec left = sys::to_timespec(std::max(deadline - sys::now(), sys::Nanoseconds::zero()));
        ::ppoll(waited.data(), waited.size(), &left, nullptr);
        group.read_errors();
        if (signals.interrupted()) return end_as(Ended::How::interrupted);
        // Comes before the check of the time: the program may have ended while Ctrl-Z had stopped us.
        if (group.has_ended()) return end_as(Ended::How::by_itself);
        if (sys::now() >= deadline) return end_as(Ended::How::time_limit);
    }
}

}  // namespace bench
