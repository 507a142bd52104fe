#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace tasks {

// Consecutive root tasks: from index `first` up to `end`, which is not one of them.
struct Block {
    std::size_t first;
    std::size_t end;
};

// Block `part` of the `parts` blocks of a job with `size` root tasks. Their sizes differ by one at most, so each of N
// loops gets one of N acceptors. Blocks, because the ledger has four roots in a cache line: if the roots were dealt out
// one by one, several loops would write to each line.
[[nodiscard]] constexpr Block block_of(std::size_t size, std::size_t part, std::size_t parts) noexcept {
    assert(part < parts);
    const std::size_t least = size / parts;
    const std::size_t larger = size % parts;  // the first blocks have one task more
    const std::size_t first = part * least + std::min(part, larger);
    return {first, first + least + (part < larger ? 1 : 0)};
}

}  // namespace tasks
