#pragma once

#include <cstddef>

namespace models {

// For libraries that end the program if they cannot start a thread: starts so many threads for a moment, and throws
// std::system_error if there are not so many.
void require_threads(std::size_t count);

}  // namespace models
