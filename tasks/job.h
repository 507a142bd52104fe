#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tasks/task.h"

namespace tasks {

// A semaphore of a job.
struct SemaphoreShape {
    std::uint32_t permits;  // when a run begins
    std::uint32_t most;     // permits at any time
    std::uint32_t waiters;  // most tasks that ask for a permit at the same time
};
// A channel of a job.
struct ChannelShape {
    std::uint32_t slots;       // at least 1
    std::uint32_t slot_bytes;  // at least 1
};

// What a job needs. A model's support() reads it before the model is made, and says whether the model can run the job.
struct Demand {
    std::size_t tasks_at_once = 0;         // most tasks alive at the same time, root tasks and spawned tasks
    std::size_t descriptors_per_task = 0;  // descriptors that each of these tasks opens
    std::size_t descriptors_lent = 0;      // descriptors that the job opened and its tasks share
    std::size_t together = 1;              // tasks that wait for each other: a model that runs fewer at once deadlocks
    std::size_t together_in_calls = 1;     // of these, those that do so by sockets, not by the operations of tasks
    std::string_view together_are = {};    // what those tasks keep open, in the plural (connections); empty: nothing
    std::size_t events = 0;                // events of Await and Announce, numbered from 0
    std::size_t staying = 0;  // root tasks that outlive the tasks they spawn (acceptors); each occupies a worker
    bool sleeps = false;      // a task may use Sleep: only then does a library have to provide precise timers
    std::vector<SemaphoreShape> semaphores = {};  // of Acquire and Release, numbered from 0
    std::vector<ChannelShape> channels = {};      // of Push, Pop and Close, numbered from 0
    bool waits_for_spawned = false;               // a task may wait for one that it has spawned, by anything but Join
    std::size_t parents = 0;                      // tasks of a run that spawn children (joined tasks)

    // The tasks share something, so they must all run on one loop, or on several that share it too.
    [[nodiscard]] bool shares() const noexcept { return events > 0 || !semaphores.empty() || !channels.empty(); }
};

// The work of one run as a model sees it: `size()` root tasks, made by index.
class Job {
public:
    Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

    [[nodiscard]] virtual std::size_t size() const = 0;
    // Makes root task `index`, which is less than size(). By index, because a process of a pool was forked earlier and
    // makes its tasks itself. Any thread or process may call it; once for each index in each run. The job outlives the
    // task.
    [[nodiscard]] virtual std::unique_ptr<Task> make(std::size_t index) const = 0;
    [[nodiscard]] virtual Demand demand() const = 0;
};

}  // namespace tasks
