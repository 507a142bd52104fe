#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
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
        FramePool& pool = *std::exchange(block->pool, nullptr);
        block->next = pool.free_;
        pool.free_ = block;
    }

    // Calls `function` with each frame that was taken and not given back. It may give that frame back.
    template <class Function>
    void for_each_taken(Function function) {
        for (const auto& chunk : chunks_) {
            for (std::size_t i = 0; i < blocks_per_chunk; ++i) {
                Block* const block = std::launder(reinterpret_cast<Block*>(chunk.get() + i * block_bytes()));
                if (block->pool != nullptr) function(static_cast<void*>(block + 1));
            }
        }
    }

private:
    // Stands before each frame.
    struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) Block {
        FramePool* pool;  // null while the block is free
        Block* next;      // the next free block, while this one is free
    };
    static constexpr std::size_t blocks_per_chunk = 64;

    [[nodiscard]] std::size_t block_bytes() const noexcept {
        return sizeof(Block) + (frame_bytes_ + alignof(Block) - 1) / alignof(Block) * alignof(Block);
    }

    void grow(std::size_t bytes) {
        if (chunks_.empty()) frame_bytes_ = bytes;
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(blocks_per_chunk * block_bytes()));
        for (std::size_t i = blocks_per_chunk; i > 0; --i) {
            free_ = new (chunks_.back().get() + (i - 1) * block_bytes()) Block{nullptr, free_};
        }
    }

    std::size_t frame_bytes_ = 0;
    Block* free_ = nullptr;
    std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

}  // namespace models
