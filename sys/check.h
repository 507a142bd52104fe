#pragma once

#include <cerrno>
#include <concepts>
#include <string>
#include <system_error>

namespace sys {

// Returns the result of a system call. If it is -1, throws std::system_error with errno and the name of the call.
// For set-up only: where speed matters, a failure is a value (a negative errno).
template <std::signed_integral Result>
Result check(Result result, const char* call) {
    if (result == -1) throw std::system_error{errno, std::system_category(), call};
    return result;
}

// The same for functions that return the error number instead of setting errno (pthread_*, posix_*).
inline void check_error(int error, const char* call) {
    if (error != 0) throw std::system_error{error, std::system_category(), call};
}

// The text of an error number (positive). Unlike strerror(), it is safe in threads.
inline std::string error_text(int error) { return std::system_category().message(error); }

}  // namespace sys
