#include "sys/unnamed_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "sys/check.h"

namespace sys {

std::filesystem::path folder_on_disk() {
    const char* const folder = ::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

UniqueFd make_unnamed_file(const std::filesystem::path& folder, std::size_t bytes) {
    const auto throw_about = [&](int error, const char* call) {
        throw std::system_error{error, std::system_category(),
                                "a file of " + std::to_string(bytes) + " bytes in " + folder.string() + ": " + call};
    };
    std::string path = folder / "concur-XXXXXX";
    UniqueFd file{::mkostemp(path.data(), O_CLOEXEC)};
    if (!file) throw_about(errno, "mkostemp");
    if (::unlink(path.c_str()) == -1) throw_about(errno, "unlink");
    if (const int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes)); error != 0) {
        throw_about(error, "posix_fallocate");
    }
    return file;
}

void drop_from_cache(int file) {
    // Only what is on the device already can be dropped.
    check(::fdatasync(file), "fdatasync");
    check_error(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED), "posix_fadvise");
}

bool is_in_cache(int file, std::size_t offset) {
    char byte = 0;
    const iovec into{.iov_base = &byte, .iov_len = 1};
    const ssize_t count = ::preadv2(file, &into, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    if (count == -1 && errno == EAGAIN) return false;
    check(count, "preadv2(RWF_NOWAIT)");
    return true;
}

}  // namespace sys
