#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace workloads {

// FNV-1a with 64 bits (G. Fowler, L. C. Noll, P. Vo). It can be computed in pieces, and depends on the order of the
// bytes.
class Checksum {
public:
    void add(std::span<const std::byte> bytes) noexcept {
        for (const std::byte byte : bytes) value_ = (value_ ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3ULL;
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

// Reads one HTTP/1.1 response whose body is chunked (RFC 9112, sections 4 and 7.1) from pieces of any length. It knows
// only what the peer of `fetch` sends, and is strict, because any deviation is a mistake of ours.
class ChunkedResponse {
public:
    enum class State { unfinished, complete, malformed };

    // Reads the next piece. Bytes after the end of the response make it malformed, because there is no other request
    // yet.
    State read(std::span<const std::byte> bytes);

    [[nodiscard]] std::uint64_t body_checksum() const noexcept { return body_.value(); }
    [[nodiscard]] std::size_t body_bytes() const noexcept { return body_bytes_; }

private:
    enum class Part { status, header, chunk_size, chunk_data, chunk_end, trailer, over };

    State take_line();

    Part part_ = Part::status;
    std::string line_;  // the beginning of the line that is not complete yet
    bool chunked_ = false;
    std::size_t chunk_left_ = 0;
    std::size_t body_bytes_ = 0;
    Checksum body_;
};

}  // namespace workloads
