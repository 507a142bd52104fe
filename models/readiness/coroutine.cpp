// Carrier: a C++20 coroutine frame for each task. Wait mechanism: epoll, level-triggered, in the same Reactor as the
// model epoll.
//
// The frame, on the heap, keeps a task's state between two operations: co_await suspends the coroutine, and the reactor
// resumes it. The code reads from top to bottom as with threads, and needs as little memory as a loop. Good wherever
// epoll is. Its weaknesses: one long computation delays all tasks, and every function between the task and the wait
// must be a coroutine too.
#include "models/loop/coroutine_model.h"
#include "models/loop/pollers.h"
#include "models/loop/readiness_operation.h"

namespace models {

extern constinit const Entry coroutine_entry{
    .name = "coroutine",
    .family = Family::coroutines,
    .carrier = "coroutine frame",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "a C++20 coroutine for each task, on the epoll loop",
    .parameters = parameters_of_order,
    .support = support_one_process,
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        auto model = std::make_unique<CoroutineModel<Reactor, LoopOperation>>(job, ledger, make_epoll_poller());
        model->set_order(start_order(arguments));
        return model;
    },
    .classic = true,
};

}  // namespace models
