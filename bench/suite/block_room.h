#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "bench/harness/case.h"

namespace bench {

// Tells whether the machine has room for several cases that are alive at once: together they may need half of the
// processes (or threads) that this user may have, half of the descriptors that the system has left, and half of the
// memory that is free.
class BlockRoom {
public:
    // `peers_most`: the processes that a peer has at most.
    explicit BlockRoom(std::size_t peers_most) : peers_most_{peers_most} {}
    [[nodiscard]] bool is_enough_for(std::span<const Case* const> cases);

private:
    struct Need {
        double processes = 0;
        double descriptors = 0;
        double memory_bytes = 0;
    };
    [[nodiscard]] const Need& need_of(const Case& what);

    std::size_t peers_most_;
    std::map<std::string, Need> needs_;  // by the case's name
};

}  // namespace bench
