#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>

namespace sys {

struct MemoryUsage {
    std::int64_t pss_bytes = 0;     // proportional set size: a page that n processes share counts 1/n for each
    std::int64_t kernel_bytes = 0;  // page tables, kernel stacks and slab of the whole machine
};

// The memory of process `root` and all its descendants, and of the kernel. A process that ends meanwhile counts as 0.
// Reads /proc, which takes 50 us or more for each process.
[[nodiscard]] MemoryUsage memory_usage_of_tree(pid_t root);
// The same of these processes alone.
[[nodiscard]] MemoryUsage memory_usage_of(std::span<const pid_t> processes);

// The pages of this process that are in memory (RSS). A page that it shares with other processes counts in full; memory
// of the kernel (page tables, kernel stacks) does not count.
struct ResidentSet {
    std::int64_t bytes = 0;
    std::int64_t peak_bytes = 0;  // the largest since the process began, or since reset_resident_peak()
};

// nullopt if /proc does not have both figures.
[[nodiscard]] std::optional<ResidentSet> resident_set(const char* status = "/proc/self/status") noexcept;
// The peak begins again at the present size. False if the kernel does not have this file (CONFIG_PROC_PAGE_MONITOR), or
// a sandbox forbids to write to it.
[[nodiscard]] bool reset_resident_peak(const char* clear_refs = "/proc/self/clear_refs") noexcept;
// The allocator gives the memory that is free back to the kernel: otherwise it serves what is allocated next, and the
// resident set does not grow. Does nothing without glibc.
void release_free_memory() noexcept;
// How wrong a peak may be: each CPU collects changes of the resident set, and adds them to the sum in batches. Before
// Linux 6.2 each thread did so, and with more threads than CPUs the peak may lack more.
[[nodiscard]] std::int64_t resident_peak_error_bytes() noexcept;

}  // namespace sys
