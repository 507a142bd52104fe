#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "sys/shared_memory.h"
#include "tasks/operation.h"

namespace tasks {

// Which task this is: a root by its index, or a spawned one, which has no number of its own.
enum class TaskId : std::size_t { spawned = std::numeric_limits<std::size_t>::max() };
[[nodiscard]] constexpr TaskId root(std::size_t index) { return TaskId{index}; }

// What the tasks of a run brought back. It lies in memory shared with all children, so that a thread, a coroutine
// and a process hand in their digests in the same way and at the same price: two or three relaxed atomic adds.
// A spawned task adds to a sum, which is the same in whatever order they finish.
class Ledger {
public:
    explicit Ledger(std::size_t roots);

    // Before each run, while no task is alive.
    void clear() noexcept;

    // Thread-safe, and safe between processes. Each task calls it once; whoever waits for the tasks (join, wait,
    // semaphore) makes the figures below visible.
    void finish(TaskId id, const Finish& finish) noexcept;

    [[nodiscard]] std::size_t roots() const noexcept { return roots_.size(); }
    // How often root `index` finished: anything but 1 after a run is a mistake of the model.
    [[nodiscard]] std::uint32_t times_finished(std::size_t index) const noexcept;
    [[nodiscard]] std::uint64_t digest(std::size_t index) const noexcept;

    [[nodiscard]] std::uint64_t spawned_finished() const noexcept;
    [[nodiscard]] std::uint64_t spawned_digest_sum() const noexcept;

    [[nodiscard]] std::uint64_t failures() const noexcept;
    // The negative errno of the first task that failed, 0 where none did.
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

// A digest of two numbers that differs when either does (splitmix64's finaliser, Steele et al. 2014).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t x = a + 0x9e3779b97f4a7c15ULL * (b + 1);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace tasks
