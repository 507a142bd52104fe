#include "models/loop/file_calls.h"

#include <unistd.h>

#include <cerrno>

namespace models {
namespace {

using tasks::Result;

// Moves `size` bytes by as many calls as needed; `call` moves some, from the given byte on. Ends early if a call moves
// none.
template <class Call>
Result move_all(std::size_t size, Call call) noexcept {
    std::size_t moved = 0;
    while (moved < size) {
        const ssize_t count = call(moved);
        if (count == -1 && errno == EINTR) continue;
        if (count == -1) return {-errno};
        if (count == 0) break;
        moved += static_cast<std::size_t>(count);
    }
    return {static_cast<std::int64_t>(moved)};
}

}  // namespace

Result call_on_file(const tasks::Read& read) noexcept {
    return move_all(read.into.size(), [&](std::size_t moved) {
        const auto rest = read.into.subspan(moved);
        return ::pread(read.file, rest.data(), rest.size(), static_cast<off_t>(read.offset + moved));
    });
}

Result call_on_file(const tasks::Write& write) noexcept {
    return move_all(write.bytes.size(), [&](std::size_t moved) {
        const auto rest = write.bytes.subspan(moved);
        return ::pwrite(write.file, rest.data(), rest.size(), static_cast<off_t>(write.offset + moved));
    });
}

Result call_on_file(const tasks::Sync& sync) noexcept {
    while (::fdatasync(sync.file) == -1) {
        if (errno != EINTR) return {-errno};
    }
    return {};
}

}  // namespace models
