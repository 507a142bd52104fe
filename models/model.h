#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sys/resource_usage.h"
#include "tasks/arguments.h"
#include "tasks/job.h"
#include "tasks/ledger.h"

namespace models {

// A way to run tasks: a carrier, which holds a task's state between two operations, and a waiter, by which it
// learns that it may go on. Made for one job: pools start their threads or fork their processes in the
// constructor, outside the timed region, and end them in the destructor. Job and ledger outlive the model. One thread
// makes it, runs it and ends it: some are tied to the thread that made them (io_uring's SINGLE_ISSUER, Boost.Fiber).
class Model {
public:
    Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    virtual ~Model() = default;

    // Makes every root task of the job, performs what they ask, and returns when they and all that they spawned
    // have finished and stand in the ledger (which the caller has cleared). May be called again. Throws where a
    // carrier cannot be had or has died; the model is then of no more use.
    virtual void run() = 0;

    // What child processes that live on between runs have used up to the end of the last run. getrusage() tells
    // nothing of them until they are reaped.
    [[nodiscard]] virtual sys::ResourceUsage live_children() const { return {}; }
};

// Whether a model can run a job: yes, or why not, in words that stand in the results and on the chart.
struct Support {
    std::string reason;

    [[nodiscard]] static Support yes() { return {}; }
    [[nodiscard]] static Support no(std::string reason) { return {std::move(reason)}; }
    [[nodiscard]] explicit operator bool() const noexcept { return reason.empty(); }
};

// Families are alike in their carrier; charts give them one range of colours. Native is no model but a hand-written
// control beside them.
enum class Family { serial, threads, processes, coroutines, loops, completion, fibers, hybrids, libraries, native };
[[nodiscard]] std::string_view to_string(Family family) noexcept;

// What the tasks of a job mostly do: pools are sized by it.
enum class Load { computes, waits };

// A line of the table.
struct Entry {
    std::string_view name;
    Family family;
    std::string_view carrier;
    std::string_view waiter;
    std::string_view summary;
    std::span<const tasks::Parameter> parameters;

    // Asked before anything is made, in a process that holds what is open then.
    Support (*support)(const tasks::Demand& demand, const tasks::Arguments& arguments);
    // Sizes are complete: every parameter is there, within its bounds.
    std::unique_ptr<Model> (*make)(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments& arguments);
    // How many carriers accept connections for themselves (prefork); a server then has so many accepting roots.
    std::size_t (*acceptors)(const tasks::Arguments& arguments) = [](const tasks::Arguments&) -> std::size_t {
        return 1;
    };
    // Sizes for a machine with so many CPUs, where nobody asks for any; what is left out has its parameter's default.
    tasks::Arguments (*default_arguments)(Load load, std::size_t cpus) = [](Load, std::size_t) {
        return tasks::Arguments{};
    };

    // Traits, for suites and tests, which choose models by them. The defaults are those of one loop on one thread.

    // One of the ten models that textbooks compare.
    bool classic = false;
    // Tasks run in child processes: they share no memory but sys::Shared.
    bool forks = false;
    // How many tasks can be under way at once; null: any number.
    std::size_t (*tasks_at_once)(const tasks::Arguments& arguments) = nullptr;
    // A spawned task waits in a queue until a worker is free, also where the task that spawned it waits for it.
    bool queues_spawned = false;
    // An event that one task announces reaches every task that awaits it. Not where several loops share nothing.
    bool shares_events = true;
};

// For support(): enough descriptors in one process for all tasks at once, and enough processes or threads.
[[nodiscard]] Support enough_descriptors(std::size_t needed);
[[nodiscard]] Support enough_processes(std::size_t needed, std::string_view what);

// For support() of models that hold so many tasks at once and no more: those that wait for one another have to fit.
[[nodiscard]] Support enough_at_once(const tasks::Demand& demand, std::size_t at_once);
// For support() of models that queue what is spawned until a worker is free: one has to be left for it.
[[nodiscard]] Support enough_beside_staying(const tasks::Demand& demand, std::size_t in_pool);

// For the table, as support(): one process holds the descriptors of all tasks; it has as many threads beside as there
// are "workers"; and a task that waits keeps one of those.
[[nodiscard]] Support support_one_process(const tasks::Demand& demand, const tasks::Arguments& arguments);
[[nodiscard]] Support support_worker_threads(const tasks::Demand& demand, const tasks::Arguments& arguments);
[[nodiscard]] Support support_blocking_workers(const tasks::Demand& demand, const tasks::Arguments& arguments);

// For the table, as make(): a model that is made of the job and the ledger alone, and one with so many "workers".
template <class AnyModel>
[[nodiscard]] std::unique_ptr<Model> make_model(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) {
    return std::make_unique<AnyModel>(job, ledger);
}
template <class AnyModel>
[[nodiscard]] std::unique_ptr<Model> make_pool(const tasks::Job& job, tasks::Ledger& ledger,
                                               const tasks::Arguments& arguments) {
    return std::make_unique<AnyModel>(job, ledger, arguments.count("workers"));
}

// "workers": what every pool is sized by.
inline constexpr tasks::Parameter workers{"workers", 2, 1, 4096, "threads or processes in the pool"};
inline constexpr tasks::Parameter pool_parameters[] = {workers};
[[nodiscard]] std::size_t as_many_as_workers(const tasks::Arguments& arguments);
// For default_sizes: a worker for each CPU; and, where a waiting task keeps its worker, more of them for tasks that
// wait.
[[nodiscard]] tasks::Arguments a_worker_for_each_cpu(Load load, std::size_t cpus);
[[nodiscard]] tasks::Arguments more_workers_to_wait(Load load, std::size_t cpus);

}  // namespace models
