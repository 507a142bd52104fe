#include "sys/stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

#include "sys/check.h"

namespace sys {
namespace {

constexpr std::size_t stacks_per_chunk = 64;
constexpr int guard_install = 102;  // MADV_GUARD_INSTALL, which the C library does not know yet

std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

std::byte* map(std::size_t bytes) {
    // MAP_NORESERVE: of a million stacks hardly a page is used, so the kernel must not account for all of them.
    void* const mapped =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    return static_cast<std::byte*>(mapped);
}

}  // namespace

std::string_view to_string(StackGuard guard) noexcept {
    return guard == StackGuard::madvise ? "MADV_GUARD_INSTALL" : "mprotect";
}

StackGuard best_stack_guard() {
    static const bool has_guards = [] {
        std::byte* const page = map(page_bytes());
        const bool done = ::madvise(page, page_bytes(), guard_install) == 0;
        ::munmap(page, page_bytes());
        return done;
    }();
    return has_guards ? StackGuard::madvise : StackGuard::mprotect;
}

std::size_t mappings_per_stack(StackGuard guard) noexcept { return guard == StackGuard::madvise ? 0 : 2; }

// Three pages: a function with some large local variables must not step over the guard. An odd number, because stacks
// that stand a power of two apart would compete for the same few entries of the TLB.
StackPool::StackPool(std::size_t bytes, StackGuard guard)
    : bytes_{bytes}, guard_bytes_{3 * page_bytes()}, guard_{guard} {
    assert(bytes > 0 && bytes % page_bytes() == 0);
}

std::byte* StackPool::take() {
    if (!free_.empty()) {
        std::byte* const last = free_.back();
        free_.pop_back();
        return last;
    }
    if (left_ == 0) add_chunk();
    std::byte* const upper_end = chunks_.back().get() + left_ * stride();
    protect(upper_end - stride());
    --left_;
    return upper_end;
}

void StackPool::give_back(std::byte* upper_end) noexcept { free_.push_back(upper_end); }

void StackPool::add_chunk() {
    const std::size_t chunk_bytes = stacks_per_chunk * stride();
    Chunk chunk{map(chunk_bytes), Unmap{chunk_bytes}};
    // Room for all stacks, so that give_back() never allocates.
    const std::size_t stacks = (chunks_.size() + 1) * stacks_per_chunk;
    if (free_.capacity() < stacks) free_.reserve(std::max(stacks, 2 * free_.capacity()));
    chunks_.push_back(std::move(chunk));
    left_ = stacks_per_chunk;
}

void StackPool::protect(std::byte* first_page) const {
    if (guard_ == StackGuard::madvise) {
        check(::madvise(first_page, guard_bytes_, guard_install), "madvise(MADV_GUARD_INSTALL)");
    } else {
        check(::mprotect(first_page, guard_bytes_, PROT_NONE), "mprotect");
    }
}

void StackPool::Unmap::operator()(std::byte* chunk) const noexcept { ::munmap(chunk, bytes); }

}  // namespace sys
