#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "models/model.h"
#include "sys/child_process.h"
#include "sys/first_text.h"
#include "sys/resource_usage.h"
#include "sys/semaphore.h"
#include "sys/shared_memory.h"

namespace models {

// Processes that are forked once and work in many runs. Make them while no other thread runs.
class ForkedWorkers final : public Model {
public:
    // What a worker does in each run.
    using Work = std::function<void()>;

    // Calls `prepare` once in each child, with the worker's number; it returns the child's work. Throws
    // std::system_error.
    ForkedWorkers(std::size_t count, const std::function<Work(std::size_t worker)>& prepare);

    // Every worker does its work once. Throws std::runtime_error if one has died.
    void run() override;
    // The same; once all workers have been told to begin, the caller's `submit` hands out what they work on.
    void run_with(const std::function<void()>& submit);
    // CPU time and memory of the workers, up to the end of the last run.
    [[nodiscard]] sys::ResourceUsage live_children() const override;

private:
    struct Board {
        std::atomic<std::size_t> working;
        sys::Semaphore all_done;
        sys::FirstText failure;  // of any worker
    };
    struct Worker {
        sys::Semaphore ready;
        sys::Semaphore start;
        sys::ResourceUsage usage;  // the child writes it before it says that it is done
    };

    void live(std::size_t number, const std::function<Work(std::size_t)>& prepare);
    [[noreturn]] void serve(Worker& self, const Work& work);
    void wait_for(sys::Semaphore& semaphore);
    void require_all_alive();

    sys::Shared<Board> board_;
    sys::SharedArray<Worker> workers_;
    std::vector<sys::ChildProcess> children_;  // killed first: they use the members above
};

}  // namespace models
