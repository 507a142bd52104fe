#include "bench/measuring_process.h"

#include <poll.h>

#include <cstdio>
#include <iostream>

#include "sys/child_process.h"
#include "sys/orphans.h"
#include "sys/shared_memory.h"

namespace bench {

Ending run_in_child(const std::function<int()>& main_part, sys::SignalWatch& signals) {
    struct Result {
        int code;
        bool shown;
    };
    const sys::Shared<Result> result;
    sys::adopt_orphans();
    sys::ChildProcess child = sys::ChildProcess::fork([&] {
        signals.restore_in_child();
        result->code = main_part();
        std::cout.flush();
        result->shown = std::fflush(nullptr) == 0 && std::cout.good();
    });
    Ending ending;
    std::optional<int> status;
    while (!status) {
        pollfd waited{signals.descriptor(), POLLIN, 0};
        ::poll(&waited, 1, -1);
        ending.stopped_by = signals.interrupted();
        if (ending.stopped_by) child.kill();
        status = ending.stopped_by ? child.wait() : child.try_wait();
    }
    sys::end_orphans();
    ending.status = *status;
    if (sys::describe_exit(*status).empty()) {
        ending.code = result->code;
        ending.shown = result->shown;
    }
    return ending;
}

}  // namespace bench
