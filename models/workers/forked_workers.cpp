#include "models/workers/forked_workers.h"

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace models {

ForkedWorkers::ForkedWorkers(std::size_t count, const std::function<Work(std::size_t)>& prepare) : workers_{count} {
    for (std::size_t number = 0; number < count; ++number) {
        children_.push_back(sys::ChildProcess::fork([&] { live(number, prepare); }));
    }
    // So that no part of their start lies in a run, or in a window.
    for (Worker& worker : workers_) wait_for(worker.ready);
}

void ForkedWorkers::run() {
    run_with([] {});
}

void ForkedWorkers::run_with(const std::function<void()>& submit) {
    board_->working.store(workers_.size(), std::memory_order_relaxed);
    for (Worker& worker : workers_) worker.start.post();
    submit();
    wait_for(board_->all_done);
}

// A killed child never posts: looks now and then whether all live.
void ForkedWorkers::wait_for(sys::Semaphore& semaphore) {
    constexpr std::chrono::milliseconds patience{200};
    while (!semaphore.wait_until(sys::now() + patience)) {
        if (sys::ChildProcess::any_has_ended()) require_all_alive();
    }
    if (!board_->failure.is_there()) return;
    throw std::runtime_error{"a process of the pool failed: " + board_->failure.read()};
}

sys::ResourceUsage ForkedWorkers::live_children() const {
    sys::ResourceUsage total;
    for (const Worker& worker : workers_) total += worker.usage;
    return total;
}

// In the child. One that fails wakes its parent, and ends.
void ForkedWorkers::live(std::size_t number, const std::function<Work(std::size_t)>& prepare) {
    try {
        serve(workers_[number], prepare(number));
    } catch (const std::exception& error) {
        board_->failure.write(error.what());
        workers_[number].ready.post();
        board_->all_done.post();
        throw;
    }
}

void ForkedWorkers::serve(Worker& self, const Work& work) {
    self.ready.post();
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
