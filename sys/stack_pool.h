#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace sys {

// How a program is kept out of the pages below a stack, so that a stack that overflows ends the program (SIGSEGV)
// instead of writing over its neighbour.
enum class StackGuard {
    madvise,   // marks in the page table (MADV_GUARD_INSTALL, Linux 6.13)
    mprotect,  // PROT_NONE: a guard is a mapping of its own, and so is the stack above it
};
[[nodiscard]] std::string_view to_string(StackGuard guard) noexcept;
// The better one, if the kernel has it. The first call tries it.
[[nodiscard]] StackGuard best_stack_guard();
// How many mappings (vm.max_map_count) a stack with such a guard needs.
[[nodiscard]] std::size_t mappings_per_stack(StackGuard guard) noexcept;

// Guarded stacks of one size for fibers, which are used again and again. A stack that is not touched needs no real
// memory, and only its fiber touches it. For one thread. The pool must outlive the use of its stacks.
class StackPool {
public:
    // `bytes`: of one stack, without its guard; a multiple of the size of a page.
    explicit StackPool(std::size_t bytes, StackGuard guard = best_stack_guard());

    // Returns the upper end of a stack, from which it grows downwards. Throws std::system_error if there is no memory
    // or no mapping left.
    [[nodiscard]] std::byte* take();
    void give_back(std::byte* upper_end) noexcept;

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t guard_bytes() const noexcept { return guard_bytes_; }

private:
    struct Unmap {
        std::size_t bytes;
        void operator()(std::byte* chunk) const noexcept;
    };
    using Chunk = std::unique_ptr<std::byte, Unmap>;

    [[nodiscard]] std::size_t stride() const noexcept { return guard_bytes_ + bytes_; }
    void add_chunk();
    void protect(std::byte* first_page) const;

    std::size_t bytes_;
    std::size_t guard_bytes_;
    StackGuard guard_;
    std::vector<Chunk> chunks_;
    std::size_t left_ = 0;          // stacks of the last chunk that were never handed out
    std::vector<std::byte*> free_;  // upper ends
};

}  // namespace sys
