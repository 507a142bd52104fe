#pragma once

#include <stdexcept>
#include <string>

namespace bench {

// An error that the caller can correct. The message has one line and says how. Nothing has been written; the exit code
// is 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Calls the function. Turns its exception into a UsageError, with a prefix.
template <class Function>
decltype(auto) or_usage_error(const std::string& prefix, Function function) {
    try {
        return function();
    } catch (const std::exception& error) {
        throw UsageError{prefix + error.what()};
    }
}

}  // namespace bench
