#include "sys/memory_usage.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sys {
namespace {

// Reads a file of lines "Name:   123 kB", and adds up the lines with one of these names. In bytes.
template <class... Names>
std::int64_t sum_of_fields(const std::string& path, Names... names) {
    std::ifstream file{path};
    std::int64_t kilobytes = 0;
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string_view name{line.data(), colon};
        if (((name == names) || ...)) kilobytes += std::strtoll(line.c_str() + colon + 1, nullptr, 10);
    }
    return kilobytes * 1024;
}

void add_children(pid_t parent, std::vector<pid_t>& processes) {
    // Each thread has its own list of children (CONFIG_PROC_CHILDREN).
    std::error_code gone;
    const std::string threads = "/proc/" + std::to_string(parent) + "/task";
    for (const auto& thread : std::filesystem::directory_iterator{threads, gone}) {
        std::ifstream children{thread.path() / "children"};
        for (pid_t child = 0; children >> child;) processes.push_back(child);
    }
}

}  // namespace

MemoryUsage memory_usage_of_tree(pid_t root) {
    MemoryUsage usage;
    std::vector<pid_t> processes{root};
    for (std::size_t i = 0; i < processes.size(); ++i) {
        usage.pss_bytes += sum_of_fields("/proc/" + std::to_string(processes[i]) + "/smaps_rollup", "Pss");
        add_children(processes[i], processes);
    }
    usage.kernel_bytes = sum_of_fields("/proc/meminfo", "PageTables", "KernelStack", "Slab");
    return usage;
}

}  // namespace sys
