#pragma once

#include <cstdint>

namespace workloads {

// Counts primes by trial division, and returns their number. A unit takes about a microsecond on a CPU of 2.5 GHz. The
// amount of work is fixed, not its time, so that all models do the same work; the results of `serial` show the real
// time. `units` is not negative.
[[nodiscard]] std::uint64_t integer_work(std::int64_t units) noexcept;

}  // namespace workloads
