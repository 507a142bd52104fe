#pragma once

#include <filesystem>

#include "sys/unique_fd.h"

namespace bench {

// A private folder in the system's temporary folder. The destructor removes it with its contents. What a killed program
// has left is removed by the next one.
class TemporaryFolder {
public:
    // Throws std::system_error.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    // Removes its contents.
    void empty() const;

private:
    std::filesystem::path path_;
    sys::UniqueFd lock_;  // held while the folder is used; the kernel releases it when this program ends
};

}  // namespace bench
