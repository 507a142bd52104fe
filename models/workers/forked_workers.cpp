#include "models/workers/forked_workers.h"

#include <chrono>
#include <optional>
#include <stdexcept>

namespace models {

ForkedWorkers::ForkedWorkers(std::size_t count, const std::function<Work(std::size_t)>& prepare) : workers_{count} {
    for (std::size_t number = 0; number < count; ++number) {
        children_.push_back(sys::ChildProcess::fork([&] { serve(workers_[number], prepare(number)); }));
    }
}

void ForkedWorkers::run() {
    board_->working.store(workers_.size(), std::memory_order_relaxed);
    for (Worker& worker : workers_) worker.start.post();
    // A killed child never says that it is done: look now and then whether all live.
    constexpr std::chrono::milliseconds patience{200};
    while (!board_->all_done.wait_until(sys::now() + patience)) require_all_alive();
}

sys::ResourceUsage ForkedWorkers::live_children() const {
    sys::ResourceUsage total;
    for (const Worker& worker : workers_) total += worker.usage;
    return total;
}

void ForkedWorkers::serve(Worker& self, const Work& work) {
    const sys::ResourceUsage at_fork = sys::own_usage();
    for (;;) {
        self.start.wait();
        work();
        self.usage = sys::own_usage() - at_fork;
        if (board_->working.fetch_sub(1, std::memory_order_acq_rel) == 1) board_->all_done.post();
    }
}

void ForkedWorkers::require_all_alive() {
    for (sys::ChildProcess& child : children_) {
        if (const std::optional<int> status = child.try_wait()) {
            throw std::runtime_error{"a process of the pool ended with " + sys::describe_exit(*status)};
        }
    }
}

}  // namespace models
