#pragma once

#include "bench/harness/placement.h"

namespace fuzz {

// A machine with four cores, whatever machine runs the test: the same input always does the same.
inline const bench::MachineCpus& one_machine() {
    static const bench::MachineCpus machine{
        bench::Topology{{{0, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {2, 2, 0, 0, 0}, {3, 3, 0, 0, 0}}}, {0, 1, 2, 3}};
    return machine;
}

}  // namespace fuzz
