#pragma once

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

namespace bench {

// An arena of two threads, one of which is the caller of execute(). Two, even on one CPU.
struct TwoOneTbbThreads {
    TwoOneTbbThreads() { arena.initialize(); }

    oneapi::tbb::global_control allowed{oneapi::tbb::global_control::max_allowed_parallelism, 2};
    oneapi::tbb::task_arena arena{2};
};

}  // namespace bench
