// Carrier: N threads, each with a loop's table. Wait mechanism: io_uring's completions, tuned (Linux 6.1), a ring for
// each loop.
//
// As epoll_per_core, over the ring of io_uring_tuned: each thread makes its own ring and alone uses it, which is what
// io_uring's fastest settings ask for. So do glommio and monoio (Rust), and Seastar's io_uring back end. The loops
// share one listener. Each has one accept at a time in the kernel, not a multishot accept, because that would take
// connections for which a task of another loop waits. The kernel wakes one of the waiting loops for a connection, and
// that loop waits behind the others next time. Its weaknesses: those of epoll_per_core and of io_uring.
#include "models/completion/multishot_ring.h"
#include "models/loop/table_model.h"
#include "models/workers/loop_threads.h"

namespace models {
namespace {

using RingLoop = TableModel<MultishotRing, MultishotOperation>;

}  // namespace

extern constinit const Entry uring_per_core_entry{
    .name = "uring_per_core",
    .family = Family::hybrids,
    .carrier = "N threads, a loop's table each",
    .wait_mechanism = "io_uring, multishot and deferred",
    .summary = "a completion loop over io_uring on each of N threads",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            const std::size_t loops = arguments.count("workers");
            return first_refusal(
                {nothing_shared(demand),
                 support_ring(demand, MultishotRing::completions_for(demand), MultishotRing::setup_flags, "6.1"),
                 enough_memory(loops, MultishotRing::memory_of_each(loops), "rings"),
                 support_worker_threads(demand, arguments)});
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        const std::size_t loops = arguments.count("workers");
        return std::make_unique<LoopThreads<RingLoop>>(loops, [&, loops] {
            return std::make_unique<RingLoop>(job, ledger, MultishotRing::completions_for(job.demand()), loops);
        });
    },
    .acceptors = as_many_as_workers,
    .default_arguments = a_worker_for_each_cpu,
    .shares_events = false,
};

}  // namespace models
