#pragma once

#include <cstddef>
#include <functional>
#include <memory>

// What it costs to start and end a task, with nothing of concur: the bare loops that a model's price is set against.
// run() starts so many tasks, calls `ended` with the index of each, and returns when all have ended. It throws
// std::system_error where they cannot be had.
namespace bench {

using Ended = std::function<void(std::size_t index)>;

// These wait once, all at the same time, and are then let go.
struct ParkCoroutines {
    static void run(std::size_t tasks, const Ended& ended);
};
// Boost.Context, on stacks from a pool.
struct ParkFibers {
    static void run(std::size_t tasks, const Ended& ended);
};
// Boost.Fiber, on stacks from its pool, with its scheduler and condition variable.
struct ParkBoostFibers {
    static void run(std::size_t tasks, const Ended& ended);
};
struct ParkThreads {
    static void run(std::size_t tasks, const Ended& ended);
};
// `ended` is called by the parent.
struct ParkProcesses {
    static void run(std::size_t tasks, const Ended& ended);
};

// These end at once, on two threads that are there already: asio::thread_pool, and oneTBB.
class PostToAsio {
public:
    PostToAsio();
    PostToAsio(const PostToAsio&) = delete;
    PostToAsio& operator=(const PostToAsio&) = delete;
    ~PostToAsio();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Pool;
    std::unique_ptr<Pool> pool_;
};
class SpawnInOneTbb {
public:
    SpawnInOneTbb();
    SpawnInOneTbb(const SpawnInOneTbb&) = delete;
    SpawnInOneTbb& operator=(const SpawnInOneTbb&) = delete;
    ~SpawnInOneTbb();
    void run(std::size_t tasks, const Ended& ended);

private:
    struct Arena;
    std::unique_ptr<Arena> arena_;
};

}  // namespace bench
