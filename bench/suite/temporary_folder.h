#pragma once

#include <filesystem>

namespace bench {

// A private folder in the system's temporary folder. The destructor removes it with its contents.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    // Removes its contents.
    void empty() const;

private:
    std::filesystem::path path_;
};

}  // namespace bench
