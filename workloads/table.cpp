#include "workloads/table.h"

#include <array>

#include "tasks/lookup.h"

namespace workloads {

// Each stands in the file of its name.
extern const Entry primes;
extern const Entry mandelbrot;
extern const Entry switching;
extern const Entry timers;
extern const Entry echo;
extern const Entry fetch;

std::span<const Entry* const> table() noexcept {
    static constexpr std::array entries{
        &primes, &mandelbrot, &switching, &timers, &echo, &fetch,
    };
    return entries;
}

const Entry& find(std::string_view name) { return tasks::find_named(table(), name, "workload"); }

}  // namespace workloads
