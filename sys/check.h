#pragma once

#include <cerrno>
#include <concepts>
#include <string>
#include <system_error>

namespace sys {

// Passes a system call's result through; throws std::system_error that names the call where it is -1.
// For set-up only: on the hot path a failure is a value (a negative errno).
template <std::signed_integral Result>
Result check(Result result, const char* call) {
    if (result == -1) throw std::system_error{errno, std::system_category(), call};
    return result;
}

// For calls that return the error number itself (pthread_*, posix_*).
inline void check_error(int error, const char* call) {
    if (error != 0) throw std::system_error{error, std::system_category(), call};
}

// The text of an error number, without the thread-unsafe buffer of strerror().
inline std::string error_text(int error) { return std::system_category().message(error); }

}  // namespace sys
