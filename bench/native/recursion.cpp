#include "bench/native/bare_trees.h"

namespace bench {
namespace {

// The compiler does not know where this value comes from. Otherwise it may replace calls by loops or by their results.
std::uint64_t opaque(std::uint64_t value) {
    asm volatile("" : "+r"(value));
    return value;
}

[[gnu::noinline]] std::uint64_t skynet_from(std::uint64_t first, std::uint64_t leaves) {
    if (leaves == 1) return first;
    const std::uint64_t leaves_each = leaves / 10;
    std::uint64_t sum = 0;
    for (std::uint64_t child = 0; child < 10; ++child) {
        sum += opaque(skynet_from(first + child * leaves_each, leaves_each));
    }
    return sum;
}

[[gnu::noinline]] std::uint64_t fib_of(std::uint64_t n) {
    if (n < 2) return n;
    const std::uint64_t larger = opaque(fib_of(n - 1));
    return larger + opaque(fib_of(n - 2));
}

}  // namespace

std::uint64_t Recursion::skynet(std::uint64_t leaves) { return skynet_from(0, opaque(leaves)); }
std::uint64_t Recursion::fib(std::uint32_t n) { return fib_of(opaque(n)); }

}  // namespace bench
