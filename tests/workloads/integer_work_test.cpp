#include "workloads/integer_work.h"

#include <gtest/gtest.h>

namespace workloads {
namespace {

// Counts in another way than integer_work(): divides by all numbers.
std::uint64_t primes_among(std::uint32_t first_odd, std::uint32_t count) {
    std::uint64_t primes = 0;
    for (std::uint32_t number = first_odd; number < first_odd + 2 * count; number += 2) {
        std::uint32_t divisor = 2;
        while (number % divisor != 0) ++divisor;
        if (divisor == number) ++primes;
    }
    return primes;
}

TEST(IntegerWork, CountsPrimes) {
    EXPECT_EQ(integer_work(0), 0U);
    EXPECT_EQ(integer_work(1), primes_among(10'007, 24));
    EXPECT_EQ(integer_work(2), primes_among(10'007, 48));
    EXPECT_EQ(integer_work(50), primes_among(10'007, 1200));
}

TEST(IntegerWork, RepeatsItsNumbersAfter50Units) {
    const std::uint64_t cycle = integer_work(50);
    EXPECT_EQ(integer_work(100), 2 * cycle);
    EXPECT_EQ(integer_work(103), 2 * cycle + integer_work(3));
}

}  // namespace
}  // namespace workloads
