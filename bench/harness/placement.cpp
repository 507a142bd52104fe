#include "bench/harness/placement.h"

#include <cassert>
#include <stdexcept>
#include <string>

namespace bench {

std::string_view to_string(Placement placement) noexcept {
    switch (placement) {
        case Placement::split: return "split";
        case Placement::shared: return "shared";
        case Placement::free: return "free";
    }
    return "unknown";
}

Placement parse_placement(std::string_view name) {
    for (const Placement placement : {Placement::split, Placement::shared, Placement::free}) {
        if (name == to_string(placement)) return placement;
    }
    throw std::invalid_argument{"unknown placement '" + std::string{name} + "'; there are: split, shared, free"};
}

CpuSplit place(Placement placement, workloads::Group group, const sys::CpuSet& available) {
    assert(!available.empty());
    if (placement == Placement::free || group == workloads::Group::cpu) return {available, available};
    const auto half = available.begin() + static_cast<std::ptrdiff_t>((available.size() + 1) / 2);
    const sys::CpuSet first(available.begin(), half);
    const sys::CpuSet second(half, available.end());
    const bool apart = placement == Placement::split && !second.empty();
    return {first, apart ? second : first};
}

}  // namespace bench
