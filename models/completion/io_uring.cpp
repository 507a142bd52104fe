// Carrier: the loop's table. Wait mechanism: io_uring's completions (Linux 5.1; this model needs 5.19), plain: one
// submission for each operation.
//
// The program hands operations to the kernel, which performs them when it can and reports how they ended. One system
// call submits all operations of a round and waits. There is no readiness, and no second attempt by the program. Good
// if a round has many operations. Its weaknesses: with few operations it saves nothing, it is often forbidden
// (containers, kernel.io_uring_disabled), and a buffer belongs to the kernel until its operation has completed. Only
// one setting is tuned: completions do not interrupt the thread (see io_uring_tuned).
#include "models/completion/ring.h"
#include "models/loop/table_model.h"

namespace models {

extern constinit const Entry io_uring_entry{
    .name = "io_uring",
    .family = Family::completion,
    .carrier = "loop's table",
    .wait_mechanism = "io_uring, plain",
    .summary = "one thread, completion loop over io_uring, one submission for each operation",
    .support = support_ring_process,
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) -> std::unique_ptr<Model> {
        return std::make_unique<TableModel<Ring, RingOperation>>(job, ledger, completions_at_once(job.demand()));
    },
};

}  // namespace models
