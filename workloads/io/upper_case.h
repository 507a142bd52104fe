#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace workloads {

// Changes a-z to A-Z in place, and returns the sum of all bytes after that. Two simple loops, which the compiler
// vectorises.
inline std::uint64_t upper_case(std::span<std::byte> bytes) noexcept {
    for (std::byte& byte : bytes) {
        const auto letter = static_cast<unsigned char>(byte);
        const bool lower = static_cast<unsigned char>(letter - 'a') < 26;
        byte = static_cast<std::byte>(lower ? letter - ('a' - 'A') : letter);
    }
    std::uint64_t sum = 0;
    for (const std::byte byte : bytes) sum += static_cast<std::uint64_t>(byte);
    return sum;
}

}  // namespace workloads
