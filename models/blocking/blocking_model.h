#pragma once

#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>

#include "models/blocking/run_blocking.h"
#include "models/model.h"
#include "models/workers/carriers.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// What models share that perform operations by blocking calls.
class BlockingModel : public Model {
public:
    void run() final {
        primitives_.begin_run(job_.size());
        run_roots();
        if (const auto waiting = primitives_.deadlocked()) throw Deadlock{*waiting};
    }
    static void yield() noexcept { std::this_thread::yield(); }

protected:
    // `carriers`: how many tasks run at once.
    BlockingModel(const tasks::Job& job, tasks::Ledger& ledger, sys::Sharing sharing,
                  std::size_t carriers = BlockingPrimitives::any_number)
        : job_{job}, ledger_{ledger}, primitives_{job.demand(), sharing, carriers} {}

    // Runs every root task; returns when they and the tasks that they spawned have finished.
    virtual void run_roots() = 0;

    [[nodiscard]] const tasks::Job& job() const noexcept { return job_; }
    // For models with threads: each thread runs its tasks in Carrier::carry().
    [[nodiscard]] Carriers& carriers() noexcept { return carriers_; }
    [[nodiscard]] BlockingPrimitives& primitives() noexcept { return primitives_; }
    // Each runs a task to its end on the calling thread, and reports it to the ledger.
    template <BlockingSpawner Spawner>
    void run_task(tasks::Task& task, tasks::TaskId id, typename Spawner::Children& children, Spawner& spawner) {
        run_blocking(task, children, primitives_, carriers_.abandonment(), spawner,
                     [&](const tasks::Finish& finish) { ledger_.finish(id, finish); });
    }
    template <BlockingSpawner Spawner>
    void run_root(std::size_t index, typename Spawner::Children& children, Spawner& spawner) {
        run_task(*job_.make(index), tasks::root(index), children, spawner);
    }
    // Runs a child to its end on the calling thread, and reports it by report(finish).
    template <BlockingSpawner Spawner, class Report>
    void run_child(tasks::Task& task, typename Spawner::Children& children, Spawner& spawner, Report report) {
        run_blocking(task, children, primitives_, carriers_.abandonment(), spawner, report);
    }
    // The same for models in which a child has ended before its parent goes on.
    using InlineChildren = JoinSum<PlainNumber>;
    template <BlockingSpawner Spawner>
    tasks::Result run_child_inline(tasks::Task& task, InlineChildren& siblings, Spawner& spawner) {
        InlineChildren children;
        run_child(task, children, spawner, [&](const tasks::Finish& finish) { siblings.add(finish); });
        return {};
    }
    // Carries a child and reports it to its parent, also if the run has failed: then the parent waits all the same.
    template <BlockingSpawner Spawner>
    void carry_child(Carriers::Carrier& carrier, tasks::Task& task, typename Spawner::Children& siblings,
                     Spawner& spawner) {
        bool reported = false;
        {
            typename Spawner::Children children;
            carrier.carry([&] {
                run_child(task, children, spawner, [&](const tasks::Finish& finish) {
                    reported = true;
                    siblings.child_ends(finish);
                });
            });
        }
        // Not before its own children have ended: the parent may wait for this thread in a way that nobody calls back,
        // and the child that fails waits until no parent is busy.
        if (!reported) siblings.child_ends({0, -ECANCELED});
    }

    // The result of a Spawn: `start` throws std::system_error if the machine has no thread or process left.
    template <class Start>
    [[nodiscard]] static tasks::Result result_of(Start start) {
        try {
            start();
        } catch (const std::system_error& error) {
            return {-error.code().value()};
        }
        return {};
    }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    BlockingPrimitives primitives_;
    Carriers carriers_{[this] { primitives_.interrupt(); }};
};

}  // namespace models
