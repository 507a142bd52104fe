#include "sys/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace sys {

void open_standard_descriptors() {
    // open() gives the lowest number that is free. Above 2, all three are taken.
    for (;;) {
        UniqueFd lowest{check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open /dev/null")};
        if (lowest.get() > STDERR_FILENO) return;
        // Programs that this one starts inherit it. It is open until this program ends.
        check(::fcntl(lowest.get(), F_SETFD, 0), "fcntl");
        (void)lowest.release();
    }
}

}  // namespace sys
