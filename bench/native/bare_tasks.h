#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

// Native controls of the workloads park and noop: bare loops that start and end tasks, without concur's tasks and
// models. run() starts `tasks` tasks, calls `ended` with the index of each, and returns when all have ended. It throws
// std::system_error if the system refuses one. Each is a floor for its model: it waits in the same way, and keeps what
// the model keeps from run to run (frames, stacks, threads), so that it does nothing that the model does not do.
namespace bench {

using Ended = std::function<void(std::size_t index)>;

// In these loops every task waits once. All tasks wait at the same time, then the loop releases them.
class ParkCoroutines {
public:
    void run(std::size_t tasks, const Ended& ended);

private:
    std::vector<std::coroutine_handle<>> parked_;  // a member so that its memory is used again
};
// Boost.Context.
class ParkFibers {
public:
    ParkFibers();
    ~ParkFibers();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Fibers;
    std::unique_ptr<Fibers> fibers_;
};
// Boost.Fiber, with its scheduler and its condition variable.
class ParkBoostFibers {
public:
    ParkBoostFibers();
    ~ParkBoostFibers();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};
struct ParkThreads {
    static void run(std::size_t tasks, const Ended& ended);
};
// The parent process calls `ended`.
struct ParkProcesses {
    static void run(std::size_t tasks, const Ended& ended);
};

// In these loops a task ends at once. Two threads run the tasks; the constructor starts them. The caller hands over one
// index at a time.

// A queue under a mutex.
class PostToQueue {
public:
    PostToQueue();
    ~PostToQueue();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};
class PostToAsio {
public:
    PostToAsio();
    ~PostToAsio();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};
struct TwoOneTbbThreads;
class SpawnInOneTbb {
public:
    SpawnInOneTbb();
    ~SpawnInOneTbb();
    void run(std::size_t tasks, const Ended& ended);

private:
    std::unique_ptr<TwoOneTbbThreads> threads_;
};

}  // namespace bench
