// Carrier: a C++20 coroutine frame for each task. Waiter: epoll, level-triggered, in the reactor that the epoll
// model has too.
//
// The frame, on the heap, keeps the state of a task between two operations: co_await parks it and the reactor
// resumes it. Code reads from top to bottom as with threads, at the memory of a loop. Good wherever epoll is. Its
// weaknesses: one long computation holds everything up, and every function on the way to a wait has to be a
// coroutine as well.
#include "models/loop/coroutine_model.h"
#include "models/loop/pollers.h"
#include "models/loop/table_model.h"

namespace models {

extern constinit const Entry coroutine_entry{
    .name = "coroutine",
    .family = Family::coroutines,
    .carrier = "coroutine frame",
    .waiter = "epoll, level-triggered",
    .summary = "a C++20 coroutine for each task, on the epoll loop",
    .parameters = {},
    .support = support_one_process,
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) -> std::unique_ptr<Model> {
        return std::make_unique<CoroutineModel<Reactor, LoopOperation>>(job, ledger, make_epoll_poller());
    },
    .classic = true,
};

}  // namespace models
