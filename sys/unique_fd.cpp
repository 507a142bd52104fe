#include "sys/unique_fd.h"

#include <unistd.h>

namespace sys {

void UniqueFd::reset() noexcept {
    // Not repeated on EINTR: Linux has released the number by then, and another thread may already own it.
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace sys
