#include "bench/suite/preflight.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>

#include "bench/document.h"
#include "bench/machine.h"
#include "bench/suite/usage_error.h"
#include "sys/check.h"
#include "sys/limits.h"

namespace bench {
namespace {

std::string default_name() {
    std::string minute =
        to_iso8601(std::chrono::system_clock::now()).substr(0, std::string_view{"2026-11-21T01:02"}.size());
    std::erase(minute, ':');
    return minute + "-" + host_name() + ".json";
}

}  // namespace

std::filesystem::path binary_path(const std::filesystem::path& folder, workloads::Group group) {
    return folder / ("bench_" + std::string{workloads::to_string(group)});
}

void require_binaries(const std::filesystem::path& folder, const Plan& plan) {
    std::set<std::filesystem::path> binaries;
    for (const Group& group : plan.groups) {
        for (const PlannedCase& one : group.cases) binaries.insert(binary_path(folder, one.what.workload->group));
    }
    for (const auto& binary : binaries) {
        if (std::filesystem::is_regular_file(binary) && ::access(binary.c_str(), X_OK) == 0) continue;
        throw UsageError{"there is no program " + binary.string() +
                         ": build it (cmake --build), or name its folder with --binaries"};
    }
}

void require_descriptors(const Plan& plan) {
    const std::size_t needed = descriptors_needed(plan);
    const std::size_t limit = sys::raise_descriptor_limit();
    if (needed <= limit) return;
    const std::string number = std::to_string(needed);
    throw UsageError{"this suite needs " + number + " descriptors, but the hard limit is " + std::to_string(limit) +
                     ": raise the limit (ulimit -Hn " + number + "), or exclude large cases with --filter"};
}

void require_writable_folder(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (!std::filesystem::is_directory(folder)) {
        throw UsageError{"there is no folder " + folder.string() + ": make it, or name another file with --output"};
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        throw UsageError{"cannot write in folder " + folder.string() + " (" + sys::error_text(errno) +
                         "): name another file with --output"};
    }
}

std::filesystem::path new_output(const std::filesystem::path& output) {
    const bool named = !output.empty();
    std::filesystem::path file = named ? output : std::filesystem::path{"results/local"} / default_name();
    if (std::filesystem::exists(std::filesystem::symlink_status(file))) {
        throw UsageError{file.string() + " exists: name another file with --output, or resume the run with --resume"};
    }
    std::error_code error;
    if (!named && !std::filesystem::create_directories(file.parent_path(), error) && error) {
        throw UsageError{"cannot make folder " + file.parent_path().string() + " (" + error.message() +
                         "): name a file with --output"};
    }
    require_writable_folder(file);
    return file;
}

}  // namespace bench
