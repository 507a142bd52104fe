#include "bench/suite/temporary_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>

#include "sys/check.h"
#include "sys/clock.h"

namespace bench {
namespace {

constexpr std::string_view prefix{"concur-suite-"};

// Nullopt (no descriptor) if another program holds it.
sys::UniqueFd lock(const std::filesystem::path& folder) {
    sys::UniqueFd file{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return {};
    return file;
}

// A folder that was made a moment ago may not be locked yet.
bool is_old(const std::filesystem::path& folder) {
    struct ::stat status {};
    constexpr std::chrono::seconds age{60};
    return ::lstat(folder.c_str(), &status) == 0 && status.st_uid == ::getuid() &&
           std::chrono::system_clock::from_time_t(status.st_mtime) + age < std::chrono::system_clock::now();
}

void remove_left_behind(const std::filesystem::path& parent) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{parent, ignored}) {
        if (!entry.path().filename().string().starts_with(prefix) || !is_old(entry.path())) continue;
        if (const sys::UniqueFd locked = lock(entry.path())) std::filesystem::remove_all(entry.path(), ignored);
    }
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    const std::filesystem::path parent = std::filesystem::temp_directory_path();
    remove_left_behind(parent);
    std::string pattern = (parent / (std::string{prefix} + "XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) sys::check(-1, "mkdtemp");
    path_ = pattern;
    lock_ = lock(path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::empty() const {
    for (const auto& file : std::filesystem::directory_iterator{path_}) std::filesystem::remove_all(file.path());
}

}  // namespace bench
