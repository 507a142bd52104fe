// Carrier: three nested: N processes, two threads in each, a coroutine frame for each task. Wait mechanism: epoll,
// level-triggered, one for each thread.
//
// Many large services look so in the end: processes contain a crash, threads share memory, coroutines wait. A level
// that the program does not need costs without gain. Its weakness: the costs of all three, and no level sees the load
// of the others.
#include "models/loop/coroutine_model.h"
#include "models/loop/pollers.h"
#include "models/loop/readiness_operation.h"
#include "models/workers/forked_workers.h"
#include "models/workers/loop_threads.h"

namespace models {
namespace {

using CoroutineLoop = CoroutineModel<Reactor, LoopOperation>;

constexpr std::size_t threads_in_each = 2;

}  // namespace

extern constinit const Entry process_thread_coroutine_entry{
    .name = "process_thread_coroutine",
    .family = Family::hybrids,
    .carrier = "N processes, 2 threads each, coroutine frames",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "coroutines on two threads in each of N forked processes",
    .parameters = pool_parameters,
    .support =
        [](const tasks::Demand& demand, const tasks::Arguments& arguments) {
            return first_refusal(
                {nothing_shared(demand),
                 enough_processes((1 + threads_in_each) * arguments.count("workers"), "processes and threads"),
                 support_one_process(demand, arguments)});
        },
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        const std::size_t count = arguments.count("workers");
        return std::make_unique<ForkedWorkers>(count, [&](std::size_t worker) {
            auto loops = std::make_shared<LoopThreads<CoroutineLoop>>(threads_in_each, [&] {
                return std::make_unique<CoroutineLoop>(job, ledger, make_sharing_epoll_poller());
            });
            return [loops, worker, count] { loops->run_part(worker, count); };
        });
    },
    .acceptors = [](const tasks::Arguments& arguments) { return threads_in_each * arguments.count("workers"); },
    .default_arguments = a_worker_for_each_cpu,
    .forks = true,
    .shares_events = false,
};

}  // namespace models
