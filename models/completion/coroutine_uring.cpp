// Carrier: a C++20 coroutine frame for each task. Wait mechanism: io_uring's completions, in the same Ring as the model
// io_uring.
//
// The frame keeps the state while the kernel performs the operation: co_await submits the operation, and its completion
// resumes the frame. The two fit together: a co_await is one operation of the kernel. It has the weaknesses of both.
#include "models/completion/ring.h"
#include "models/loop/coroutine_model.h"

namespace models {

extern constinit const Entry coroutine_uring_entry{
    .name = "coroutine_uring",
    .family = Family::coroutines,
    .carrier = "coroutine frame",
    .wait_mechanism = "io_uring, plain",
    .summary = "a C++20 coroutine for each task, on a completion loop over io_uring",
    .support = support_ring_process,
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) -> std::unique_ptr<Model> {
        return std::make_unique<CoroutineModel<Ring, RingOperation>>(job, ledger, completions_at_once(job.demand()));
    },
};

}  // namespace models
