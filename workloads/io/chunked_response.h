#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace workloads {

// FNV-1a, 64 bits (Fowler, Noll, Vo): a checksum that can be carried on piece by piece, and that knows the order of
// the bytes.
class Checksum {
public:
    void add(std::span<const std::byte> bytes) noexcept {
        for (const std::byte byte : bytes) value_ = (value_ ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

// Reads one HTTP/1.1 response whose body comes in chunks (RFC 9112, sections 4 and 7.1), in whatever pieces it
// arrives: enough for the peer of `fetch`, and strict, since any deviation would be a mistake.
class ChunkedResponse {
public:
    enum class State { unfinished, complete, malformed };

    // Reads on. What follows the response in `bytes` makes it malformed: nothing was asked for yet.
    State read(std::span<const std::byte> bytes);

    [[nodiscard]] std::uint64_t body_checksum() const noexcept { return body_.value(); }
    [[nodiscard]] std::size_t body_bytes() const noexcept { return body_bytes_; }

private:
    enum class Part { status, header, chunk_size, chunk_data, chunk_end, trailer, over };

    State take_line();

    Part part_ = Part::status;
    std::string line_;  // of the line that is being read, without its end
    bool chunked_ = false;
    std::size_t chunk_left_ = 0;
    std::size_t body_bytes_ = 0;
    Checksum body_;
};

}  // namespace workloads
