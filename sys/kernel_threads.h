#pragma once

#include <sys/types.h>

#include <map>

#include "sys/clock.h"

namespace sys {

// The CPU time that each thread of the kernel itself (kworker, ksoftirqd, ...) has used so far. What a program leaves
// to the kernel, such as freeing the memory of a thousand ended processes, is done by them later.
using KernelThreadTimes = std::map<pid_t, Nanoseconds>;

// Reads /proc, which takes some 20 us for each process of the machine. Empty if /proc does not show them, as in a
// container.
[[nodiscard]] KernelThreadTimes kernel_thread_times();
// What they used between two readings. A thread that has ended meanwhile counts as 0.
[[nodiscard]] Nanoseconds used_between(const KernelThreadTimes& before, const KernelThreadTimes& after);

}  // namespace sys
