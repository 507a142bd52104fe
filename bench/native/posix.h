#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

// What the hand-written servers share.
namespace bench {

// What one connection has brought when it ends.
struct Served {
    std::uint64_t bytes = 0;
    std::uint64_t sum = 0;  // of the bytes that were answered
};

// Of a call that failed: it is to be made again, when the descriptor is ready.
inline bool would_block() { return errno == EAGAIN || errno == EINTR; }

inline int check(int result, const char* call) {
    if (result == -1) throw std::system_error{errno, std::system_category(), call};
    return result;
}

struct Descriptor {
    int number;
    explicit Descriptor(int fd) : number{fd} {}
    Descriptor(Descriptor&& other) noexcept : number{std::exchange(other.number, -1)} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

// Upper case in place, and the sum of the bytes.
inline std::uint64_t answer(unsigned char* bytes, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const bool lower = static_cast<unsigned char>(bytes[i] - 'a') < 26;
        bytes[i] = static_cast<unsigned char>(lower ? bytes[i] - 32 : bytes[i]);
    }
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += bytes[i];
    return sum;
}

}  // namespace bench
