#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace workloads {

// An answer whose every byte the client knows beforehand: the base of the exchanges that compare all of it.
class KnownAnswer {
public:
    [[nodiscard]] std::span<std::byte> room() noexcept { return std::span{bytes_}.subspan(received_); }
    [[nodiscard]] bool add(std::size_t bytes) noexcept {
        received_ += bytes;
        assert(received_ <= bytes_.size());
        return received_ == bytes_.size();
    }
    // The number of answers that were compared.
    [[nodiscard]] std::uint64_t digest() const noexcept { return compared_; }

protected:
    explicit KnownAnswer(std::size_t bytes) : bytes_(bytes) {}

    void begin_answer() noexcept { received_ = 0; }
    [[nodiscard]] bool equals(std::span<const std::byte> expected) noexcept {
        assert(expected.size() == bytes_.size());
        ++compared_;
        return std::memcmp(bytes_.data(), expected.data(), bytes_.size()) == 0;
    }

private:
    std::vector<std::byte> bytes_;
    std::size_t received_ = 0;
    std::uint64_t compared_ = 0;
};

}  // namespace workloads
