#include "sys/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "sys/check.h"

namespace sys {

MemoryFile::MemoryFile(const char* name) : file_{check(::memfd_create(name, MFD_CLOEXEC), "memfd_create")} {}

void MemoryFile::append(std::string_view text) const {
    check(::lseek(file_.get(), 0, SEEK_END), "lseek");
    while (!text.empty()) {
        const ssize_t count = ::write(file_.get(), text.data(), text.size());
        if (count == -1 && errno == EINTR) continue;
        text.remove_prefix(static_cast<std::size_t>(check(count, "write")));
    }
}

void MemoryFile::clear() const { check(::ftruncate(file_.get(), 0), "ftruncate"); }

std::string MemoryFile::read() const { return read_whole(file_.get()); }

std::string read_whole(int descriptor) {
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
        const ssize_t count = ::pread(descriptor, part.data(), part.size(), static_cast<off_t>(text.size()));
        if (count == -1 && errno == EINTR) continue;
        if (check(count, "read") == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace sys
