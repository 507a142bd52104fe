// Both trees as github.com/tzcnt/runtime-benchmarks writes skynet for oneTBB: each parent has a task_group, to which it
// gives all children but the last, and runs the last one itself.
#include <oneapi/tbb/task_group.h>

#include <array>
#include <numeric>

#include "bench/native/bare_trees.h"
#include "bench/native/two_onetbb_threads.h"

namespace bench {
namespace {

std::uint64_t skynet_from(std::uint64_t first, std::uint64_t leaves) {
    if (leaves == 1) return first;
    std::array<std::uint64_t, 10> values{};
    const std::uint64_t leaves_each = leaves / values.size();
    const auto child = [&values, first, leaves_each](std::size_t index) {
        return [&value = values[index], first_of_child = first + index * leaves_each, leaves_each] {
            value = skynet_from(first_of_child, leaves_each);
        };
    };
    oneapi::tbb::task_group group;
    for (std::size_t index = 0; index + 1 < values.size(); ++index) group.run(child(index));
    group.run_and_wait(child(values.size() - 1));
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

std::uint64_t fib_of(std::uint32_t n) {
    if (n < 2) return n;
    std::uint64_t larger = 0;
    std::uint64_t smaller = 0;
    oneapi::tbb::task_group group;
    group.run([&larger, n] { larger = fib_of(n - 1); });
    group.run_and_wait([&smaller, n] { smaller = fib_of(n - 2); });
    return larger + smaller;
}

}  // namespace

JoinInOneTbb::JoinInOneTbb() : threads_{std::make_unique<TwoOneTbbThreads>()} {}
JoinInOneTbb::~JoinInOneTbb() = default;

std::uint64_t JoinInOneTbb::skynet(std::uint64_t leaves) {
    return threads_->arena.execute([leaves] { return skynet_from(0, leaves); });
}
std::uint64_t JoinInOneTbb::fib(std::uint32_t n) {
    return threads_->arena.execute([n] { return fib_of(n); });
}

}  // namespace bench
