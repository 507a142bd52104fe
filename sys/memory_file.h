#pragma once

#include <string>
#include <string_view>

#include "sys/unique_fd.h"

namespace sys {

// A file without a name, in memory (memfd_create(2)). Child processes share it; it needs no room in a folder, and
// nothing of it is left, however this process ends.
class MemoryFile {
public:
    // `name` is for /proc/PID/fd only. Throws std::system_error, like all functions.
    explicit MemoryFile(const char* name);

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    // The path by which another program writes to it that has inherited the descriptor.
    [[nodiscard]] std::string path() const { return "/dev/fd/" + std::to_string(file_.get()); }

    void append(std::string_view text) const;
    void clear() const;
    [[nodiscard]] std::string read() const;

private:
    UniqueFd file_;
};

// What an open file holds, from its beginning. Does not move its offset. Throws std::system_error.
[[nodiscard]] std::string read_whole(int descriptor);

}  // namespace sys
