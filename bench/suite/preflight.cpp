#include "bench/suite/preflight.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>

#include "bench/document.h"
#include "bench/machine.h"
#include "bench/suite/journal.h"
#include "bench/suite/usage_error.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/output_file.h"
#include "sys/unique_fd.h"

namespace bench {
namespace {

// A new name in results/local, by the time and the host. The empty file keeps it for this run: another one may begin in
// the same second.
std::filesystem::path take_default_output() {
    const std::filesystem::path folder{"results/local"};
    std::error_code error;
    if (!std::filesystem::create_directories(folder, error) && error) {
        throw UsageError{"cannot make folder " + folder.string() + " (" + error.message() +
                         "): name a file with --output"};
    }
    std::string second =
        to_iso8601(std::chrono::system_clock::now()).substr(0, std::string_view{"2026-11-21T01:02:03"}.size());
    std::erase(second, ':');
    const std::string name = second + "-" + host_name();
    constexpr int most = 1000;
    for (int number = 1; number < most; ++number) {
        const std::filesystem::path file = folder / (name + (number > 1 ? "-" + std::to_string(number) : "") + ".json");
        if (std::filesystem::exists(Journal::path_of(file))) continue;
        if (sys::UniqueFd{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)}) return file;
        if (errno != EEXIST)
            throw UsageError{"cannot write " + file.string() + " (" + sys::error_text(errno) +
                             "): name a file with --output"};
    }
    throw UsageError{"all names in " + folder.string() + " are taken: name a file with --output"};
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
    const std::size_t limit = sys::raise_descriptor_limit();
    std::size_t most = 0;
    // The first argument of a workload says how many tasks or connections there are.
    std::set<std::string> large;
    for (const DescriptorNeed& need : descriptors_needed(plan)) {
        most = std::max(most, need.descriptors);
        if (need.descriptors > limit) large.insert(need.what);
    }
    if (most <= limit) return;
    std::string regex;
    for (const std::string& one : large) regex += (regex.empty() ? "" : "|") + one;
    const std::string number = std::to_string(most);
    throw UsageError{"this suite needs " + number + " descriptors, but the hard limit is " + std::to_string(limit) +
                     ": raise the limit (ulimit -Hn " + number + "), or leave the large cases out (--without '" +
                     regex + "')"};
}

void require_writable_output(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (!std::filesystem::is_directory(folder)) {
        throw UsageError{"there is no folder " + folder.string() + ": make it, or name another file with --output"};
    }
    try {
        sys::require_writable(file);
    } catch (const std::system_error& error) {
        throw UsageError{"cannot write " + file.string() + " (" + error.code().message() +
                         "): name another file with --output"};
    }
}

std::filesystem::path new_output(const std::filesystem::path& output) {
    if (output.empty()) return take_default_output();
    require_writable_output(output);
    std::error_code ignored;
    // An empty file is one that somebody has made for this, to mount it for example.
    if (std::filesystem::is_regular_file(output) && std::filesystem::file_size(output, ignored) > 0) {
        if (sys::find_output(output).kind == sys::OutputPlace::Kind::file) {
            throw UsageError{output.string() +
                             " exists: name another file with --output, or resume the run with --resume"};
        }
    }
    return output;
}

}  // namespace bench
