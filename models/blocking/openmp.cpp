// Carrier: N threads of an OpenMP team (libgomp). Wait mechanism: blocking in the call.
//
// OpenMP is how most scientific programs use all CPUs, and every compiler has it. Each task is an explicit task
// (`#pragma omp task`): one thread of the team makes the root tasks, the others run them meanwhile at the barrier. Good
// for computations of which each is long. Its weaknesses: one lock and one queue for the whole team; and if many tasks
// are queued, libgomp runs a new one at once, inside of the task that makes it. So tasks that wait for one another must
// be few.
#include <omp.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/model.h"
#include "models/workers/require_threads.h"

namespace models {
namespace {

// A team that runs one parallel region, with a thread of its own as the first. (A team of the thread that calls run()
// would outlive the model, and hang in a forked child.)
class Team {
public:
    // Each of `size` threads calls `body`. Returns when all have begun.
    template <class Body>
    Team(std::size_t size, Body body)
        : threads_(size),
          all_begin_{static_cast<std::ptrdiff_t>(size)},
          first_{[this, body, count = static_cast<int>(size)] {
              omp_set_dynamic(0);
#pragma omp parallel num_threads(count)
              {
                  assert(omp_get_num_threads() == count);
                  threads_[own_number()] = ::gettid();
                  all_begin_.count_down();
                  body();
              }
          }} {
        all_begin_.wait();
    }
    // The bodies have returned, or will.
    ~Team() {
        first_.join();
        // The first thread has told the others to end. They are detached: nobody can join them.
        for (const pid_t thread : threads_) {
            while (::tgkill(::getpid(), thread, 0) == 0) std::this_thread::yield();
        }
    }
    // Of the calling thread in its team, from 0.
    [[nodiscard]] static std::size_t own_number() { return static_cast<std::size_t>(omp_get_thread_num()); }

private:
    std::vector<pid_t> threads_;
    std::latch all_begin_;
    std::jthread first_;
};

// Before it sleeps, a thread of libgomp that finds no task spins: for microseconds if libgomp has more threads than
// CPUs, otherwise for milliseconds, in which it takes the CPU from others. OMP_WAIT_POLICY=passive would prevent that,
// but the library reads it before main() begins. So these threads do nothing but be more than the CPUs.
class Sleepers {
public:
    explicit Sleepers(std::size_t workers) {
        if (const std::size_t count = needed(workers); count > 0) team_.emplace(count, [this] { end_.wait(); });
    }
    ~Sleepers() { end_.count_down(); }
    [[nodiscard]] static std::size_t needed(std::size_t workers) {
        // Not only those that this process may use now: libgomp has counted before. It does not count the first thread
        // of a team.
        const auto cpus = static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_CONF));
        return workers > cpus ? 0 : cpus + 2 - workers;
    }

private:
    std::latch end_{1};
    std::optional<Team> team_;
};

// The workers stay in one parallel region, as long as the model.
class OpenMp final : public BlockingModel {
public:
    OpenMp(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : BlockingModel{job, ledger, sys::Sharing::within_process, workers} {
        require_threads(workers + Sleepers::needed(workers));
        for (std::size_t i = 0; i < workers; ++i) carriers_by_thread_.emplace_back(carriers());
        sleepers_.emplace(workers);
        workers_.emplace(workers, [this] { work(); });
    }
    ~OpenMp() override {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
        run_asked_.notify_one();
    }

    // Waits for children that the task has not joined because the run has failed.
    struct Children {
        Children() = default;
        Children(const Children&) = delete;
        Children& operator=(const Children&) = delete;
        ~Children() {
            if (unjoined) wait();
        }
        // The thread runs them meanwhile, if no other does.
        void wait() {
            unjoined = false;
#pragma omp taskwait
        }
        JoinSum<std::atomic> sum;
        bool unjoined = false;
    };
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        siblings.unjoined = true;
        tasks::Task* const given = task.release();
        Children* const reports_to = &siblings;
#pragma omp task firstprivate(given, reports_to)
        {
            const std::unique_ptr<tasks::Task> owned{given};
            carry([&](Children& children) {
                run_child(*owned, children, *this, [&](const tasks::Finish& finish) { reports_to->sum.add(finish); });
            });
        }
        carriers().abandonment().throw_if_begun();
        return {};
    }
    tasks::Result join(Children& children) {
        carriers_by_thread_[Team::own_number()].wait_for_tasks([&] { children.wait(); });
        return children.sum.take();
    }

    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        // A task of OpenMP cannot take a unique_ptr along. It always runs, so it always deletes what it got.
        tasks::Task* const given = task.release();
#pragma omp task firstprivate(given)
        {
            const std::unique_ptr<tasks::Task> owned{given};
            carry([&](Children& children) { run_task(*owned, tasks::TaskId::spawned, children, *this); });
        }
        // If it ran at once, and a failure has called this thread back, then that call was for the parent too.
        carriers().abandonment().throw_if_begun();
        return {};
    }

private:
    void run_roots() override {
        std::unique_lock lock{mutex_};
        ++asked_;
        run_asked_.notify_one();
        run_ended_.wait(lock, [this] { return ended_ == asked_; });
        lock.unlock();
        carriers().rethrow_failure();
    }

    // What each thread of the team does. One thread waits for the next run, and makes its root tasks. The others pass
    // on to the barrier at the end of `single`, where they run tasks until none is left.
    void work() {
        for (std::uint64_t run = 1;; ++run) {
#pragma omp single
            {
                if (!wait_for(run)) {
                    last_ = run;
                } else {
                    submit_roots();
                }
            }
            // All threads leave after the same barrier, which has shown them `last_`.
            if (last_ == run) return;
            const std::scoped_lock lock{mutex_};
            if (std::exchange(ended_, run) != run) run_ended_.notify_one();
        }
    }
    // False: the model ends.
    [[nodiscard]] bool wait_for(std::uint64_t run) {
        std::unique_lock lock{mutex_};
        run_asked_.wait(lock, [&] { return asked_ == run || stopping_; });
        return asked_ == run;
    }
    void submit_roots() {
        for (std::size_t index = 0; index < job().size(); ++index) {
#pragma omp task firstprivate(index)
            carry([this, index](Children& children) { run_root(index, children, *this); });
        }
    }
    // No exception leaves a task of OpenMP: it would end the program.
    template <class Body>
    void carry(Body body) noexcept {
        Children children;
        carriers_by_thread_[Team::own_number()].carry([&] { body(children); });
    }

    std::deque<Carriers::Carrier> carriers_by_thread_;
    std::mutex mutex_;
    std::condition_variable run_asked_;
    std::condition_variable run_ended_;
    std::uint64_t asked_ = 0;  // runs; this and the next two are guarded by mutex_
    std::uint64_t ended_ = 0;
    bool stopping_ = false;
    std::uint64_t last_ = 0;  // the run that is none, because the model ends
    std::optional<Sleepers> sleepers_;
    std::optional<Team> workers_;
};

// libgomp queues a new task as long as no more than 64 tasks for each thread of the team have not ended. One of them,
// for each thread, may have finished without being taken off the count.
constexpr std::size_t queued_for_each_thread = 63;

Support none_inside_another(const tasks::Demand& demand, std::size_t workers) {
    const std::size_t most = queued_for_each_thread * workers;
    if ((demand.together <= 1 && !demand.waits_for_spawned) || demand.tasks_at_once <= most) return Support::yes();
    return Support::no(std::to_string(demand.tasks_at_once) +
                       " tasks, of which some wait for one another: if a team of " + std::to_string(workers) +
                       " has more than " + std::to_string(most) +
                       ", libgomp may run a task inside of the one that it waits for");
}

// Both teams are as large as they should be.
Support enough_by_limit(std::size_t workers) {
    const std::size_t needed = std::max(workers, Sleepers::needed(workers));
    const auto limit = static_cast<std::size_t>(omp_get_thread_limit());
    if (needed <= limit) return Support::yes();
    return Support::no("needs a team of " + std::to_string(needed) + " threads, the limit is " + std::to_string(limit) +
                       " (OMP_THREAD_LIMIT)");
}

Support support_openmp(const tasks::Demand& demand, const tasks::Arguments& arguments) {
    const std::size_t in_team = arguments.count("workers");
    return first_refusal({parents_wait_for_children_only(demand), support_blocking_workers(demand, arguments),
                          enough_by_limit(in_team), none_inside_another(demand, in_team)});
}

}  // namespace

extern constinit const Entry openmp_entry{
    .name = "openmp",
    .family = Family::threads,
    .carrier = "N threads of an OpenMP team (libgomp)",
    .wait_mechanism = "blocking",
    .summary = "each task is an explicit task of OpenMP",
    .parameters = pool_parameters,
    .support = support_openmp,
    .make = make_pool<OpenMp>,
    .default_arguments = more_workers_to_wait,
    .tasks_at_once = as_many_as_workers,
    .queues_spawned = true,
};

}  // namespace models
