#pragma once

#include <stdexcept>

namespace bench {

// What whoever called us can put right. The message is one line that names the way out; the exit code is 2, and
// nothing has been written.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace bench
