#pragma once

#include <cstddef>
#include <functional>
#include <memory>

// Native controls of the workloads park and noop: bare loops that start and end tasks, without concur's tasks and
// models. run() starts `tasks` tasks, calls `ended` with the index of each, and returns when all have ended. It throws
// std::system_error if the system refuses one.
namespace bench {

using Ended = std::function<void(std::size_t index)>;

// In these loops every task waits once. All tasks wait at the same time, then the loop releases them.
struct ParkCoroutines {
    static void run(std::size_t tasks, const Ended& ended);
};
// Boost.Context; the stacks come from a pool.
struct ParkFibers {
    static void run(std::size_t tasks, const Ended& ended);
};
// Boost.Fiber, with its pool of stacks, its scheduler and its condition variable.
struct ParkBoostFibers {
    static void run(std::size_t tasks, const Ended& ended);
};
struct ParkThreads {
    static void run(std::size_t tasks, const Ended& ended);
};
// The parent process calls `ended`.
struct ParkProcesses {
    static void run(std::size_t tasks, const Ended& ended);
};

// In these loops a task ends at once. Two threads run the tasks; the constructor starts them.
class PostToAsio {
public:
    PostToAsio();
    ~PostToAsio();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};
class SpawnInOneTbb {
public:
    SpawnInOneTbb();
    ~SpawnInOneTbb();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Arena;
    std::unique_ptr<Arena> arena_;
};

}  // namespace bench
