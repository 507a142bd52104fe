#include "sys/memory_usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "sys/unique_fd.h"

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

// Of a text of lines "Name:   123 kB". In bytes; nullopt without such a line.
std::optional<std::int64_t> field_of(std::string_view text, std::string_view line_begin) noexcept {
    const std::size_t line = text.find(line_begin);
    if (line == std::string_view::npos) return std::nullopt;
    text.remove_prefix(line + line_begin.size());
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::int64_t kilobytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), kilobytes);
    if (error != std::errc{}) return std::nullopt;
    return kilobytes * 1024;
}

}  // namespace

MemoryUsage memory_usage_of_tree(pid_t root) {
    std::vector<pid_t> processes{root};
    for (std::size_t i = 0; i < processes.size(); ++i) add_children(processes[i], processes);
    return memory_usage_of(processes);
}

MemoryUsage memory_usage_of(std::span<const pid_t> processes) {
    MemoryUsage usage;
    for (const pid_t process : processes) {
        usage.pss_bytes += sum_of_fields("/proc/" + std::to_string(process) + "/smaps_rollup", "Pss");
    }
    usage.kernel_bytes = sum_of_fields("/proc/meminfo", "PageTables", "KernelStack", "Slab");
    return usage;
}

// Without an allocation, which would change what is read.
std::optional<ResidentSet> resident_set(const char* status) noexcept {
    const UniqueFd file{::open(status, O_RDONLY | O_CLOEXEC)};
    if (!file) return std::nullopt;
    std::array<char, 4096> buffer{};  // the lines on memory are in the first 2,000 bytes
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0) return std::nullopt;
    const std::string_view text{buffer.data(), static_cast<std::size_t>(size)};
    const auto now = field_of(text, "\nVmRSS:");
    const auto peak = field_of(text, "\nVmHWM:");
    if (!now || !peak) return std::nullopt;
    return ResidentSet{.bytes = *now, .peak_bytes = *peak};
}

bool reset_resident_peak(const char* clear_refs) noexcept {
    const UniqueFd file{::open(clear_refs, O_WRONLY | O_CLOEXEC)};
    return file && ::write(file.get(), "5", 1) == 1;
}

void release_free_memory() noexcept {
#ifdef __GLIBC__
    (void)::malloc_trim(0);
#endif
}

std::int64_t resident_peak_error_bytes() noexcept {
    // percpu_counter_batch in the kernel's lib/percpu_counter.c, but not less than the 64 pages of Linux before 6.2.
    const std::int64_t cpus = std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
    const std::int64_t batch = std::max<std::int64_t>(64, 2 * cpus);
    return batch * cpus * ::sysconf(_SC_PAGESIZE);
}

}  // namespace sys
