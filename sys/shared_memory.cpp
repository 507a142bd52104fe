#include "sys/shared_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <system_error>

namespace sys {

SharedMapping::SharedMapping(std::size_t bytes) : bytes_{bytes} {
    if (bytes == 0) return;
    void* const mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    data_ = mapped;
}

SharedMapping::~SharedMapping() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
}

}  // namespace sys
