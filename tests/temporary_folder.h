#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "sys/check.h"

// An empty folder; its destructor removes it with its contents.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "concur_test.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) sys::check(-1, "mkdtemp");
        path_ = pattern;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};
