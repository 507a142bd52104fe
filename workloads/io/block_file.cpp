#include "workloads/io/block_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <numeric>
#include <system_error>
#include <vector>

#include "sys/check.h"

namespace workloads {
namespace {

// Odd, so that no two words of a file are the same.
constexpr std::uint64_t step = 0x9e3779b97f4a7c15ULL;

// Moves all bytes of a block by as many calls as needed.
template <class Call>
void move_all(std::size_t size, const char* name, Call call) {
    for (std::size_t moved = 0; moved < size;) {
        const ssize_t count = call(moved);
        if (count == -1 && errno == EINTR) continue;
        // The file is never shorter than its blocks.
        if (count == 0) throw std::system_error{EIO, std::system_category(), name};
        moved += static_cast<std::size_t>(sys::check(count, name));
    }
}

}  // namespace

BlockFile::BlockFile(std::size_t blocks, std::size_t block_bytes)
    : blocks_{blocks},
      block_words_{block_bytes / sizeof(std::uint64_t)},
      folder_{sys::folder_on_disk()},
      file_{sys::make_unnamed_file(folder_, blocks * block_bytes)} {
    assert(block_bytes % sizeof(std::uint64_t) == 0);
    // A read fetches its own block from the device, and no other.
    sys::check_error(::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_RANDOM), "posix_fadvise");
}

std::uint64_t BlockFile::word(std::size_t block, std::uint64_t version) const noexcept {
    // As if the versions of the whole file followed one another.
    return step * (version * blocks_ + block) * block_words_;
}

void BlockFile::make_block(std::size_t block, std::uint64_t version, std::span<std::uint64_t> into) const noexcept {
    std::uint64_t next = word(block, version);
    for (std::uint64_t& one : into) {
        one = next;
        next += step;
    }
}

std::uint64_t BlockFile::right_sum(std::size_t block, std::uint64_t version) const noexcept {
    const std::uint64_t pairs = block_words_ * (block_words_ - 1) / 2;
    return block_words_ * word(block, version) + step * pairs;
}

std::uint64_t BlockFile::sum(std::span<const std::uint64_t> words) noexcept {
    return std::accumulate(words.begin(), words.end(), std::uint64_t{0});
}

void BlockFile::fill() const {
    std::vector<std::uint64_t> words(block_words_);
    for (std::size_t block = 0; block < blocks_; ++block) {
        make_block(block, 0, words);
        const auto bytes = std::as_bytes(std::span{words});
        move_all(bytes.size(), "pwrite", [&](std::size_t moved) {
            return ::pwrite(file_.get(), &bytes[moved], bytes.size() - moved,
                            static_cast<off_t>(offset(block) + moved));
        });
    }
    sys::check(::fdatasync(file_.get()), "fdatasync");
}

void BlockFile::read_block(std::size_t block, std::span<std::uint64_t> into) const {
    const auto bytes = std::as_writable_bytes(into);
    move_all(bytes.size(), "pread", [&](std::size_t moved) {
        return ::pread(file_.get(), &bytes[moved], bytes.size() - moved, static_cast<off_t>(offset(block) + moved));
    });
}

void BlockFile::make_warm() const {
    std::vector<std::uint64_t> words(block_words_);
    for (std::size_t block = 0; block < blocks_; ++block) read_block(block, words);
}

std::string BlockFile::make_cold() const {
    // A page that somebody uses at this moment is not dropped.
    constexpr int attempts = 5;
    try {
        for (int attempt = 0; attempt < attempts; ++attempt) {
            sys::drop_from_cache(file_.get());
            if (is_cold()) return {};
        }
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::operation_not_supported) throw;
        return "cold files: the file system of " + folder_.string() + " does not tell what is in memory (RWF_NOWAIT)";
    }
    return "cold files: the file system of " + folder_.string() +
           " keeps the file in memory (TMPDIR names another folder)";
}

bool BlockFile::is_cold() const {
    const std::size_t probes = std::clamp<std::size_t>(blocks_ / 16, 1, 16);
    bool cold = true;
    for (std::size_t probe = 0; probe < probes; ++probe) {
        const std::uint64_t place = offset(probe * blocks_ / probes);
        if (sys::is_in_cache(file_.get(), place)) cold = false;
        // The kernel may fetch a page because it was asked about it. While it does, the page cannot be dropped.
        std::byte byte{};
        sys::check(::pread(file_.get(), &byte, 1, static_cast<off_t>(place)), "pread");
    }
    sys::drop_from_cache(file_.get());
    return cold;
}

bool BlockFile::holds(std::size_t block, std::uint64_t version) const {
    std::vector<std::uint64_t> words(block_words_);
    read_block(block, words);
    return sum(words) == right_sum(block, version);
}

}  // namespace workloads
