#pragma once

#include <cstdint>
#include <memory>

// Native controls of the workload fork_join: its two trees, without concur's tasks and models. Both functions return
// the value of the root. `leaves` is a power of ten.
namespace bench {

struct TwoOneTbbThreads;

// A task for each node.
class JoinInOneTbb {
public:
    JoinInOneTbb();
    ~JoinInOneTbb();
    [[nodiscard]] std::uint64_t skynet(std::uint64_t leaves);
    [[nodiscard]] std::uint64_t fib(std::uint32_t n);

private:
    std::unique_ptr<TwoOneTbbThreads> threads_;
};

// A function call for each node. Nothing that starts tasks can be faster on one CPU.
struct Recursion {
    [[nodiscard]] static std::uint64_t skynet(std::uint64_t leaves);
    [[nodiscard]] static std::uint64_t fib(std::uint32_t n);
};

}  // namespace bench
