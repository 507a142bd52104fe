// Carrier: the loop's table. Wait mechanism: io_uring's completions, tuned (Linux 6.1).
//
// The set-up that io_uring's authors recommend for servers. One multishot request accepts all connections of a
// listener, and one receives all data of a stream, into buffers that the kernel picks from a shared ring of buffers.
// The ring belongs to one thread, which does the kernel's deferred work when it waits (SINGLE_ISSUER, DEFER_TASKRUN).
// Good with many connections: one system call waits for all requests. Besides io_uring's weaknesses, received data is
// copied once more, and a task must cancel its receive request before it closes the connection.
#include "models/completion/multishot_ring.h"
#include "models/loop/table_model.h"

namespace models {

extern constinit const Entry io_uring_tuned_entry{
    .name = "io_uring_tuned",
    .family = Family::completion,
    .carrier = "loop's table",
    .wait_mechanism = "io_uring, multishot and deferred",
    .summary = "one thread, completion loop over io_uring with multishot requests and provided buffers",
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments&) {
            return support_ring(demand, MultishotRing::completions_for(demand), MultishotRing::setup_flags, "6.1");
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) -> std::unique_ptr<Model> {
        return std::make_unique<TableModel<MultishotRing, MultishotOperation>>(
            job, ledger, MultishotRing::completions_for(job.demand()));
    },
};

}  // namespace models
