#pragma once

#include <filesystem>

namespace bench {

// A private folder under the system's temporary one, removed with all that is in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    // Removes what is in it.
    void empty() const;

private:
    std::filesystem::path path_;
};

}  // namespace bench
