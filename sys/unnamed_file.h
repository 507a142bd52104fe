#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "sys/unique_fd.h"

namespace sys {

// The folder for a large file that has to lie on a disk: $TMPDIR, or else /var/tmp. (/tmp is often memory.)
[[nodiscard]] std::filesystem::path folder_on_disk();

// A regular file without a name: nothing of it is left when the last process that has it open ends, in whatever way. It
// has `bytes` bytes, which are 0, and the device has room for all of them. Throws std::system_error, whose text names
// the folder and the size.
[[nodiscard]] UniqueFd make_unnamed_file(const std::filesystem::path& folder, std::size_t bytes);

// Drops what the kernel's page cache holds of a file, after it has been written to the device. Throws
// std::system_error.
void drop_from_cache(int file);

// Whether the page that has this byte of a file is in the page cache, so that a read would not wait for the device. If
// it is not, the kernel may begin to read it. Throws std::system_error: EOPNOTSUPP if the file system cannot tell.
[[nodiscard]] bool is_in_cache(int file, std::size_t offset);

}  // namespace sys
