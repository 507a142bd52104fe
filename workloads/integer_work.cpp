#include "workloads/integer_work.h"

#include <cassert>

namespace workloads {
namespace {

bool is_prime(std::uint32_t odd) noexcept {
    for (std::uint32_t divisor = 3; divisor * divisor <= odd; divisor += 2) {
        if (odd % divisor == 0) return false;
    }
    return true;
}

}  // namespace

std::uint64_t integer_work(std::int64_t units) noexcept {
    assert(units >= 0);
    // A unit tests 24 odd numbers. There are 50 such blocks, and all units take turns with them, so that all units cost
    // about the same.
    constexpr std::uint32_t base = 10'007;
    constexpr std::uint32_t numbers_per_unit = 24;
    constexpr std::uint32_t cycle = 50;
    std::uint64_t primes = 0;
    std::uint32_t block = 0;
    for (std::int64_t unit = 0; unit < units; ++unit) {
        const std::uint32_t first = base + 2 * numbers_per_unit * block;
        for (std::uint32_t i = 0; i < numbers_per_unit; ++i) primes += is_prime(first + 2 * i) ? 1 : 0;
        block = block + 1 == cycle ? 0 : block + 1;
    }
    return primes;
}

}  // namespace workloads
