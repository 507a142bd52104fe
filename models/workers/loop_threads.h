#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "models/model.h"
#include "models/workers/carriers.h"

namespace models {

// Runs the root tasks of block `part` of the `parts` blocks of a job, or returns early if the run is abandoned.
template <class Loop>
concept LoopPart = requires(Loop& loop, std::size_t part, std::size_t parts, const Abandonment& abandonment) {
    loop.run_part(part, parts, abandonment);
};

// Threads with a loop each, which live as long as this object. Each loop makes and runs a block of the root tasks; a
// spawned task stays in its parent's loop. Nothing crosses from one loop to another, not even events.
template <LoopPart Loop>
class LoopThreads final : public Model {
public:
    using MakeLoop = std::function<std::unique_ptr<Loop>()>;

    // `make_loop` is called once on each thread. A loop is made, used and destroyed by its thread alone: a ring of
    // io_uring may belong to one thread. Throws what make_loop() throws, and std::system_error if a thread cannot be
    // had.
    LoopThreads(std::size_t count, const MakeLoop& make_loop) : working_{count} {
        for (std::size_t i = 0; i < count; ++i) {
            threads_.emplace_back([this, &make_loop, i](const std::stop_token& stop) { live(stop, i, make_loop); });
        }
        std::unique_lock lock{mutex_};
        wait_for_all(lock);
    }

    void run() override { run_part(0, 1); }
    // Runs a block of the job. If a loop throws, the others end too, and this throws the same.
    void run_part(std::size_t part, std::size_t parts) {
        std::unique_lock lock{mutex_};
        part_ = part;
        parts_ = parts;
        working_ = threads_.size();
        ++run_;
        begun_.notify_all();
        wait_for_all(lock);
    }

private:
    void wait_for_all(std::unique_lock<std::mutex>& lock) {
        ended_.wait(lock, [this] { return working_ == 0; });
        lock.unlock();
        carriers_.rethrow_failure();
    }
    void live(const std::stop_token& stop, std::size_t number, const MakeLoop& make_loop) {
        std::size_t done = 0;
        Carriers::Carrier carrier{carriers_};
        std::unique_ptr<Loop> loop;
        carrier.carry([&] { loop = make_loop(); });
        std::unique_lock lock{mutex_};
        for (;;) {
            if (--working_ == 0) ended_.notify_one();
            if (!begun_.wait(lock, stop, [&] { return run_ != done; })) return;
            done = run_;
            // Every loop of every such object has a block of its own.
            const std::size_t part = part_ * threads_.size() + number;
            const std::size_t parts = parts_ * threads_.size();
            lock.unlock();
            carrier.carry([&] { loop->run_part(part, parts, carriers_.abandonment()); });
            lock.lock();
        }
    }

    Carriers carriers_;
    std::mutex mutex_;
    std::condition_variable_any begun_;
    std::condition_variable ended_;
    std::size_t run_ = 0;  // this and the next three are guarded by mutex_
    std::size_t part_ = 0;
    std::size_t parts_ = 1;
    std::size_t working_;                // threads that make their loop, or run it
    std::vector<std::jthread> threads_;  // destroyed first: they use the members above
};

}  // namespace models
