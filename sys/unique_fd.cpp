#include "sys/unique_fd.h"

#include <unistd.h>

namespace sys {

void UniqueFd::reset() noexcept {
    // Not repeated after EINTR: Linux has freed the number already, and another thread may have got it since.
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace sys
