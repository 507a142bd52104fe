#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

namespace models {

// Memory for coroutine frames of one size. A freed frame is reused for the next task instead of going back to the heap:
// a few thousand frames of this size overflow the heap's small caches. For one thread. The pool must outlive its
// frames.
class FramePool {
public:
    FramePool() = default;
    FramePool(const FramePool&) = delete;
    FramePool& operator=(const FramePool&) = delete;

    // Throws std::bad_alloc, and std::logic_error if `bytes` differs from the first call.
    [[nodiscard]] void* take(std::size_t bytes) {
        if (free_ == nullptr) grow(bytes);
        if (bytes != frame_bytes_) throw std::logic_error{"a frame pool holds frames of one size"};
        Block* const block = free_;
        free_ = block->next;
        block->pool = this;
        return block + 1;
    }
    static void give_back(void* frame) noexcept {
        Block* const block = static_cast<Block*>(frame) - 1;
        FramePool& pool = *block->pool;
        block->next = pool.free_;
        pool.free_ = block;
    }

private:
    // Stands before each frame.
    struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) Block {
        FramePool* pool;
        Block* next;  // the next free block, while this one is free
    };
    static constexpr std::size_t blocks_per_chunk = 64;

    void grow(std::size_t bytes) {
        if (chunks_.empty()) frame_bytes_ = bytes;
        const std::size_t block_bytes =
            sizeof(Block) + (frame_bytes_ + alignof(Block) - 1) / alignof(Block) * alignof(Block);
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(blocks_per_chunk * block_bytes));
        for (std::size_t i = blocks_per_chunk; i > 0; --i) {
            free_ = new (chunks_.back().get() + (i - 1) * block_bytes) Block{nullptr, free_};
        }
    }

    std::size_t frame_bytes_ = 0;
    Block* free_ = nullptr;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

}  // namespace models
