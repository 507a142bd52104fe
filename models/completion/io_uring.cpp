// Carrier: the loop's table. Waiter: io_uring's completions (Linux 5.1; what is used here, 5.19), plain: one operation,
// one submission.
//
// Operations are handed to the kernel, which performs them when they can be and says how they ended; a turn of the
// loop submits all that have come together with the one system call that waits. No readiness, and no second attempt by
// the program. Good where many operations meet in a turn. Its weakness: with few of them it saves nothing, it is often
// forbidden (containers, kernel.io_uring_disabled), and a buffer belongs to the kernel until its operation has
// completed. Nothing is tuned here but that the kernel does not interrupt us: see io_uring_tuned.
#include "models/completion/ring.h"
#include "models/loop/table_model.h"

namespace models {

extern constinit const Entry io_uring_entry{
    .name = "io_uring",
    .family = Family::completion,
    .carrier = "loop's table",
    .waiter = "io_uring, plain",
    .summary = "one thread, completion loop over io_uring, one submission for each operation",
    .parameters = {},
    .support = support_ring_process,
    .make = make_model<TableModel<Ring, RingOperation>>,
};

}  // namespace models
