#include "workloads/table.h"

#include <algorithm>
#include <array>
#include <stdexcept>

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

const Entry& find(std::string_view name) {
    const auto found = std::ranges::find(table(), name, [](const Entry* entry) { return entry->name; });
    if (found != table().end()) return **found;
    std::string names;
    for (const Entry* const entry : table()) names += (names.empty() ? "" : ", ") + std::string{entry->name};
    throw std::invalid_argument{"unknown workload '" + std::string{name} + "'; there are: " + names};
}

}  // namespace workloads
