#pragma once

#include <sys/types.h>

#include <cstdint>

namespace sys {

struct MemoryUsage {
    std::int64_t pss_bytes = 0;     // proportional set size: a page that n processes share counts 1/n for each
    std::int64_t kernel_bytes = 0;  // page tables, kernel stacks and slab of the whole machine
};

// The memory of process `root` and all its descendants, and of the kernel. A process that ends meanwhile counts as 0.
// Reads /proc, which takes 50 us or more for each process.
[[nodiscard]] MemoryUsage memory_usage_of_tree(pid_t root);

}  // namespace sys
