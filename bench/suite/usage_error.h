#pragma once

#include <stdexcept>
#include <string>

#include "tasks/quoted.h"

namespace bench {

// An error that the caller can correct. The message has one line and says how. Nothing has been written; the exit code
// is 2.
class UsageError : public std::runtime_error {
public:
    // A part of the message may be a text from a file.
    explicit UsageError(const std::string& message) : std::runtime_error{tasks::one_line(message)} {}
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
