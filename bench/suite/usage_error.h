#pragma once

#include <stdexcept>

namespace bench {

// An error that the caller can correct. The message has one line and says how. Nothing has been written; the exit code
// is 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace bench
