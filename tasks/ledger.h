#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "sys/shared_memory.h"
#include "tasks/operation.h"

namespace tasks {

// Which task finishes: a root task by its index, or any spawned task. Spawned tasks have no numbers.
enum class TaskId : std::size_t { spawned = std::numeric_limits<std::size_t>::max() };
[[nodiscard]] constexpr TaskId root(std::size_t index) { return TaskId{index}; }

// The results of a run's tasks. It lies in memory that is shared with all child processes, so that threads, coroutines
// and processes enter their digests in the same way and at the same cost: two or three relaxed atomic operations.
// The digests of spawned tasks are added up, because a sum does not depend on the order in which they finish.
class Ledger {
public:
    // `roots`: the number of root tasks. Throws std::system_error if there is no memory.
    explicit Ledger(std::size_t roots);

    // Called before each run, while no task is alive.
    void clear() noexcept;

    // Called once for each task, by any thread or process. The atomic operations are relaxed: read the figures below
    // only after the end of all tasks was awaited (join, waitpid, semaphore), which makes them visible.
    void finish(TaskId id, const Finish& finish) noexcept;

    [[nodiscard]] std::size_t roots() const noexcept { return roots_.size(); }
    // How often root task `index` finished. After a run it must be 1; any other number is a mistake of the model.
    [[nodiscard]] std::uint32_t times_finished(std::size_t index) const noexcept;
    [[nodiscard]] std::uint64_t digest(std::size_t index) const noexcept;

    [[nodiscard]] std::uint64_t spawned_finished() const noexcept;
    [[nodiscard]] std::uint64_t spawned_digest_sum() const noexcept;

    [[nodiscard]] std::uint64_t failures() const noexcept;
    // The negative errno of the first task that failed; 0 if none failed.
    [[nodiscard]] int first_error() const noexcept;

private:
    struct Root {
        std::atomic<std::uint64_t> digest;
        std::atomic<std::uint32_t> times_finished;
    };
    struct Totals {
        std::atomic<std::uint64_t> spawned_finished;
        std::atomic<std::uint64_t> spawned_digest_sum;
        std::atomic<std::uint64_t> failures;
        std::atomic<int> first_error;
    };
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not work between processes");

    sys::SharedArray<Root> roots_;
    sys::Shared<Totals> totals_;
};

// A digest of two numbers, which changes when one of them changes: splitmix64, G. Steele, D. Lea, C. Flood, "Fast
// splittable pseudorandom number generators", 2014.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t x = a + 0x9e3779b97f4a7c15ULL * (b + 1);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace tasks
