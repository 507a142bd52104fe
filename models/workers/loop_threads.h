#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
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
    LoopThreads(std::size_t count, const std::function<void(std::deque<Loop>&)>& add_loop) {
        for (std::size_t i = 0; i < count; ++i) add_loop(loops_);
        for (std::size_t i = 0; i < count; ++i) {
            threads_.emplace_back([this, i](const std::stop_token& stop) { work(stop, i); });
        }
    }

    void run() override { run_part(0, 1); }
    // Runs a block of the job. If a loop throws, the others end too, and this throws the same.
    void run_part(std::size_t part, std::size_t parts) {
        std::unique_lock lock{mutex_};
        part_ = part;
        parts_ = parts;
        working_ = loops_.size();
        ++run_;
        begun_.notify_all();
        ended_.wait(lock, [this] { return working_ == 0; });
        lock.unlock();
        carriers_.rethrow_failure();
    }

private:
    void work(const std::stop_token& stop, std::size_t number) {
        std::size_t done = 0;
        Carriers::Carrier carrier{carriers_};
        std::unique_lock lock{mutex_};
        while (begun_.wait(lock, stop, [&] { return run_ != done; })) {
            done = run_;
            // Every loop of every such object has a block of its own.
            const std::size_t part = part_ * loops_.size() + number;
            const std::size_t parts = parts_ * loops_.size();
            lock.unlock();
            carrier.carry([&] { loops_[number].run_part(part, parts, carriers_.abandonment()); });
            lock.lock();
            if (--working_ == 0) ended_.notify_one();
        }
    }

    std::deque<Loop> loops_;
    Carriers carriers_;
    std::mutex mutex_;
    std::condition_variable_any begun_;
    std::condition_variable ended_;
    std::size_t run_ = 0;  // this and the next three are guarded by mutex_
    std::size_t part_ = 0;
    std::size_t parts_ = 1;
    std::size_t working_ = 0;
    std::vector<std::jthread> threads_;  // destroyed first: they use the members above
};

}  // namespace models
