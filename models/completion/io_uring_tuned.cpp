// Carrier: the loop's table. Waiter: io_uring's completions, tuned (Linux 6.1).
//
// What its makers recommend for servers: one request accepts all connections of a listener and one receives all of a
// stream (multishot), into buffers that the kernel picks from a ring of them; the ring belongs to one thread, which
// does the kernel's deferred work when it waits, and is not interrupted for it (SINGLE_ISSUER, DEFER_TASKRUN). Good
// with many connections: what it takes to wait for a request is one system call for all, and none for each. Its
// weaknesses are those of io_uring; what has been received is copied once more, and whoever closes a connection
// first has to ask for its request back.
#include "models/completion/multishot_ring.h"
#include "models/loop/table_model.h"

namespace models {

extern constinit const Entry io_uring_tuned_entry{
    .name = "io_uring_tuned",
    .family = Family::completion,
    .carrier = "loop's table",
    .waiter = "io_uring, multishot and deferred",
    .summary = "one thread, completion loop over io_uring with multishot requests and provided buffers",
    .parameters = {},
    .support = [](const tasks::Demand& demand,
                  const tasks::Arguments&) { return support_ring(demand, MultishotRing::setup_flags, "6.1"); },
    .make = make_model<TableModel<MultishotRing, MultishotOperation>>,
};

}  // namespace models
