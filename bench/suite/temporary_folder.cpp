#include "bench/suite/temporary_folder.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "sys/check.h"

namespace bench {

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "concur-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) sys::check(-1, "mkdtemp");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::empty() const {
    for (const auto& file : std::filesystem::directory_iterator{path_}) std::filesystem::remove_all(file.path());
}

}  // namespace bench
