#pragma once

#include <cstddef>
#include <memory>

#include "tasks/task.h"

namespace tasks {

// What a job asks of the machine, for a model to say beforehand whether it can run it.
struct Demand {
    std::size_t tasks_at_once = 0;         // roots and spawned, alive together at the most
    std::size_t descriptors_per_task = 0;  // that such a task holds open
    std::size_t descriptors_lent = 0;      // to all of them together: that they use, and the job has open already
    std::size_t together = 1;              // tasks that wait for one another: fewer at once would wait for ever
    std::size_t events = 0;                // that are awaited and announced
    std::size_t staying = 0;               // roots that do not end before what they spawned has: each keeps a worker
};

// A whole piece of work as a model sees it: a number of root tasks, made by their index.
class Job {
public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

    [[nodiscard]] virtual std::size_t size() const = 0;
    // By index, since a pool process that was forked earlier builds its own. Called by any thread or process, once
    // for each index in each run.
    [[nodiscard]] virtual std::unique_ptr<Task> make(std::size_t index) const = 0;
    [[nodiscard]] virtual Demand demand() const = 0;
};

}  // namespace tasks
