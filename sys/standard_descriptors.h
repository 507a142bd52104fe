#pragma once

namespace sys {

// Opens those of the descriptors 0, 1 and 2 on /dev/null that the caller of this program has closed. Otherwise the next
// file or socket would become standard output, and take what the program prints. Call it first. Throws
// std::system_error.
void open_standard_descriptors();

}  // namespace sys
