// Carrier: a C++20 coroutine frame for each task. Waiter: io_uring's completions, plain, in the ring that the io_uring
// model has too.
//
// The frame keeps the state while the kernel performs the operation: co_await submits it, and its completion resumes
// the frame. The two fit: what is awaited is what the kernel does. Weaknesses are those of both.
#include "models/completion/ring.h"
#include "models/loop/coroutine_model.h"

namespace models {

extern constinit const Entry coroutine_uring_entry{
    .name = "coroutine_uring",
    .family = Family::coroutines,
    .carrier = "coroutine frame",
    .waiter = "io_uring, plain",
    .summary = "a C++20 coroutine for each task, on the completion loop",
    .parameters = {},
    .support = support_ring_process,
    .make = make_model<CoroutineModel<Ring, RingOperation>>,
};

}  // namespace models
