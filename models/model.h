#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sys/resource_usage.h"
#include "tasks/arguments.h"
#include "tasks/job.h"
#include "tasks/ledger.h"

namespace models {

// A way to run tasks: a carrier, which holds a task's state between two operations, and a wait mechanism, by which the
// model learns that the task may go on. A model is made for one job. Pools start their threads or fork their processes
// in the constructor, before the timed region, and end them in the destructor. Job and ledger outlive the model. One
// thread makes the model, runs it and destroys it: some models are tied to the thread that made them (io_uring's
// SINGLE_ISSUER, Boost.Fiber).
class Model {
public:
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    virtual ~Model() = default;

    // Makes every root task of the job and performs its operations. Returns when all tasks, roots and spawned, have
    // finished and stand in the ledger (which the caller has cleared). May be called again. Throws if a thread, a
    // process or a stack cannot be had, or if one has died; then the model must not be run again.
    //
    // One rule says who makes the root tasks and when, so that no model is spared a hand-over for which another one
    // pays: the caller of run() submits the indices one at a time, and the carrier that takes an index makes the task
    // (Job::make) when the task begins. With one thread, the caller is the carrier. Several loops divide the indices
    // into blocks (block_of() in tasks/block.h), and each goes through its block as a single loop goes through
    // all.
    virtual void run() = 0;

    // CPU time and memory of child processes that live on between runs, up to the end of the last run. getrusage() does
    // not count a child until it is reaped.
    [[nodiscard]] virtual sys::ResourceUsage live_children() const { return {}; }
};

// Whether a model can run a job. A refusal has a reason, which stands in the results and on the chart.
struct Support {
    std::string reason;

    [[nodiscard]] static Support yes() { return {}; }
    [[nodiscard]] static Support no(std::string reason) { return {std::move(reason)}; }
    [[nodiscard]] explicit operator bool() const noexcept { return reason.empty(); }
};
// The first of several checks that refuses; yes if none does.
[[nodiscard]] Support first_refusal(std::initializer_list<Support> checks);

// A family is a set of models that a reader compares with one another; a chart gives it one range of colours. Native is
// not a family of models: it holds the hand-written controls.
enum class Family { serial, threads, processes, coroutines, loops, completion, fibers, hybrids, libraries, native };
[[nodiscard]] std::string_view to_string(Family family) noexcept;

// What the size of a pool depends on.
enum class Load { computes, waits };  // what the tasks of a job mostly do
struct Situation {
    Load load;
    std::size_t cpus;
    std::size_t kept_open = 0;  // tasks that are all under way at once, because each keeps a connection; 0: none
    std::size_t in_calls = 0;   // of these, those that wait in calls (sockets, sleeps), not for other tasks alone
};

// A line of the table.
struct Entry {
    std::string_view name;
    Family family;
    std::string_view carrier;
    std::string_view wait_mechanism;
    std::string_view summary;
    std::span<const tasks::Parameter> parameters = {};

    // Called before the model is made, in a process that has the job's descriptors open already.
    Support (*support)(const tasks::Demand& demand, const tasks::Arguments& arguments);
    // The arguments are those of tasks::complete().
    std::unique_ptr<Model> (*make)(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments& arguments);
    // How many workers accept connections for themselves (prefork). A server then makes as many accepting root tasks.
    std::size_t (*acceptors)(const tasks::Arguments& arguments) = [](const tasks::Arguments&) -> std::size_t {
        return 1;
    };
    // The arguments if the user gives none. A parameter that is left out has its default.
    tasks::Arguments (*default_arguments)(const Situation& situation) = [](const Situation&) {
        return tasks::Arguments{};
    };

    // Suites and tests choose models by these traits. The defaults are those of one loop on one thread.

    // One of the ten models that textbooks compare.
    bool classic = false;
    // Tasks run in child processes: they share no memory except sys::Shared.
    bool forks = false;
    // How many tasks can be under way at once. Null: any number.
    std::size_t (*tasks_at_once)(const tasks::Arguments& arguments) = nullptr;
    // A spawned task waits in a queue until a worker is free, even if its parent waits for it.
    bool queues_spawned = false;
    // True: an announced event reaches every task that awaits it. False: the model has several loops, each with its own
    // events, so an event reaches only tasks of the same loop.
    bool shares_events = true;
    // Each acceptor has a listener of its own, all on one port (SO_REUSEPORT). False: all acceptors share one listener.
    bool own_listeners = false;
};

// Checks for support(). Each refuses with one reason.

// One process may open this many descriptors more.
[[nodiscard]] Support enough_descriptors(std::size_t needed);
// This process may have this many mappings more, for the guards of stacks.
[[nodiscard]] Support enough_mappings(std::size_t needed);
// This process may start a thread. (An old container runtime may forbid clone3, which a new C library calls.)
[[nodiscard]] Support threads_can_start();
// The machine allows this many processes or threads (`what` names them).
[[nodiscard]] Support enough_processes(std::size_t needed, std::string_view what);
// Whether so many of these have room in the memory that is available, each with so many bytes. Workload `park` measures
// 39 kB for a thread that waits (most of it kernel stack and page tables), and 160 kB for a process. These are less,
// because a case must not be refused that has room.
[[nodiscard]] Support enough_memory(std::size_t needed, std::size_t bytes_each, std::string_view what);
inline constexpr std::size_t thread_bytes_least = 20'000;
inline constexpr std::size_t process_bytes_least = 80'000;
// The tasks that wait for one another can all be under way at once.
[[nodiscard]] Support enough_at_once(const tasks::Demand& demand, std::size_t at_once);
// For pools that queue spawned tasks: the root tasks that outlive them (acceptors) leave a worker free.
[[nodiscard]] Support a_worker_for_spawned(const tasks::Demand& demand, std::size_t in_pool);
// For pools in which a task that waits for its children holds a worker: one is left for the children.
[[nodiscard]] Support a_worker_for_children(const tasks::Demand& demand, std::size_t in_pool);
// For pools whose workers run other tasks while a task waits for its children.
[[nodiscard]] Support parents_wait_for_children_only(const tasks::Demand& demand);
// For models with several loops, each of which has its own events, semaphores and channels.
[[nodiscard]] Support nothing_shared(const tasks::Demand& demand);
// For models that run a spawned task to its end before its parent goes on.
[[nodiscard]] Support spawned_run_inline(const tasks::Demand& demand);

// Whole support() functions. One process holds the descriptors of all tasks; and each task has a thread; or "workers"
// threads serve all tasks; or each waiting task occupies one of those.
[[nodiscard]] Support support_one_process(const tasks::Demand& demand, const tasks::Arguments& arguments);
[[nodiscard]] Support support_thread_each(const tasks::Demand& demand, const tasks::Arguments& arguments);
[[nodiscard]] Support support_worker_threads(const tasks::Demand& demand, const tasks::Arguments& arguments);
[[nodiscard]] Support support_blocking_workers(const tasks::Demand& demand, const tasks::Arguments& arguments);

// Ready-made functions for Entry::make. make_model: the model takes no arguments. make_pool: it takes "workers".
template <class AnyModel>
[[nodiscard]] std::unique_ptr<Model> make_model(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) {
    return std::make_unique<AnyModel>(job, ledger);
}
template <class AnyModel>
[[nodiscard]] std::unique_ptr<Model> make_pool(const tasks::Job& job, tasks::Ledger& ledger,
                                               const tasks::Arguments& arguments) {
    return std::make_unique<AnyModel>(job, ledger, arguments.count("workers"));
}

// The one parameter that every pool has.
inline constexpr tasks::Parameter workers{"workers", 2, 1, 4096, "threads or processes in the pool"};
inline constexpr tasks::Parameter pool_parameters[] = {workers};
[[nodiscard]] std::size_t as_many_as_workers(const tasks::Arguments& arguments);
// Functions for default_arguments: one worker for each CPU; or, if a waiting task occupies its worker, more workers for
// tasks that mostly wait, and one for each connection that is kept open.
[[nodiscard]] tasks::Arguments a_worker_for_each_cpu(const Situation& situation);
[[nodiscard]] tasks::Arguments more_workers_to_wait(const Situation& situation);
// The same for a pool that parks tasks that wait for other tasks: only those that wait in calls need a worker each.
[[nodiscard]] tasks::Arguments more_workers_for_calls(const Situation& situation);

}  // namespace models
