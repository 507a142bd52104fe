#include "models/loop/frame_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>

namespace models {
namespace {

TEST(FramePool, GivesTheSameMemoryAgain) {
    FramePool pool;
    void* const first = pool.take(100);
    void* const second = pool.take(100);
    EXPECT_NE(first, second);
    FramePool::give_back(second);
    FramePool::give_back(first);
    EXPECT_EQ(pool.take(100), first);
    EXPECT_EQ(pool.take(100), second);
}

TEST(FramePool, FramesDoNotOverlapAndAreAligned) {
    FramePool pool;
    constexpr std::size_t bytes = 41;
    std::set<unsigned char*> frames;
    for (int i = 0; i < 1000; ++i) {
        auto* const frame = static_cast<unsigned char*>(pool.take(bytes));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
        std::memset(frame, i % 251, bytes);
        frames.insert(frame);
    }
    ASSERT_EQ(frames.size(), 1000U);
    const unsigned char* before = nullptr;
    for (const unsigned char* const frame : frames) {
        if (before != nullptr) {
            EXPECT_GE(frame - before, static_cast<std::ptrdiff_t>(bytes));
        }
        for (std::size_t i = 1; i < bytes; ++i) EXPECT_EQ(frame[i], frame[0]);
        before = frame;
    }
}

TEST(FramePool, HoldsOneSizeAlone) {
    FramePool pool;
    FramePool::give_back(pool.take(64));
    EXPECT_THROW((void)pool.take(65), std::logic_error);
    EXPECT_THROW((void)pool.take(63), std::logic_error);
    EXPECT_NE(pool.take(64), nullptr);
}

}  // namespace
}  // namespace models
