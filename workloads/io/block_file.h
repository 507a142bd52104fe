#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "sys/unnamed_file.h"

namespace workloads {

// A file of equal blocks on a disk. It has no name, and is gone when the processes that have it open have ended. What a
// block holds follows from its number and its version, so that a block can be checked without a second copy.
class BlockFile {
public:
    // `block_bytes`: a multiple of 8. Takes the room on the disk; writes nothing yet. Throws std::system_error.
    BlockFile(std::size_t blocks, std::size_t block_bytes);

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] std::size_t blocks() const noexcept { return blocks_; }
    [[nodiscard]] std::size_t block_bytes() const noexcept { return block_words_ * sizeof(std::uint64_t); }
    [[nodiscard]] std::size_t block_words() const noexcept { return block_words_; }
    [[nodiscard]] std::uint64_t offset(std::size_t block) const noexcept { return block * block_bytes(); }

    // What a block holds: word number i of it is word(block, version) + i * step.
    void make_block(std::size_t block, std::uint64_t version, std::span<std::uint64_t> into) const noexcept;
    // The sum of the words of a block that holds the right thing, and that of these words.
    [[nodiscard]] std::uint64_t right_sum(std::size_t block, std::uint64_t version) const noexcept;
    [[nodiscard]] static std::uint64_t sum(std::span<const std::uint64_t> words) noexcept;

    // These throw std::system_error.

    // Writes version 0 of each block to the device.
    void fill() const;
    // Afterwards the page cache holds all of the file, or nothing of it. The second returns a reason if the page cache
    // keeps the file, or if nothing tells whether it does; otherwise it is empty.
    void make_warm() const;
    [[nodiscard]] std::string make_cold() const;
    // Whether the block holds this version.
    [[nodiscard]] bool holds(std::size_t block, std::uint64_t version) const;

private:
    // Whether some blocks, far from one another, are cold. Drops what this fetches.
    [[nodiscard]] bool is_cold() const;
    [[nodiscard]] std::uint64_t word(std::size_t block, std::uint64_t version) const noexcept;
    void read_block(std::size_t block, std::span<std::uint64_t> into) const;

    std::size_t blocks_;
    std::size_t block_words_;
    std::filesystem::path folder_;
    sys::UniqueFd file_;
};

}  // namespace workloads
