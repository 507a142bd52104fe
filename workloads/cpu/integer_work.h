#pragma once

#include <cstdint>

namespace workloads {

// `units` of integer work, each about a microsecond on a CPU of 2.5 GHz: primes are counted by trial division. The
// amount is fixed, not timed, so that every model on every machine does the same; how long it really takes is in
// the results of `serial`. Returns the number of primes found.
[[nodiscard]] std::uint64_t integer_work(std::int64_t units) noexcept;

}  // namespace workloads
