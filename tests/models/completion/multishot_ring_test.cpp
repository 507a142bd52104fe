#include "models/completion/multishot_ring.h"

#include <gtest/gtest.h>

#include <memory>
#include <system_error>

namespace models {
namespace {

std::unique_ptr<MultishotRing> make_ring(std::size_t loops) {
    try {
        return std::make_unique<MultishotRing>(0, loops);
    } catch (const std::system_error&) {
        return nullptr;  // the kernel forbids rings, or is older than 6.1
    }
}

TEST(MultishotRing, HasItsPartOfTheBuffersOfAllLoops) {
    constexpr std::size_t mib = 1 << 20;
    EXPECT_EQ(MultishotRing::memory_of_each(1), 32 * mib);
    EXPECT_EQ(MultishotRing::memory_of_each(3), 8 * mib) << "the kernel wants a power of two";
    EXPECT_EQ(MultishotRing::memory_of_each(32), mib);
    EXPECT_EQ(MultishotRing::memory_of_each(4'096), mib) << "no loop has fewer than 32";
    for (const std::size_t loops : {1U, 3U, 4'096U}) {
        const auto ring = make_ring(loops);
        if (ring == nullptr) GTEST_SKIP() << "the kernel gives no ring";
        EXPECT_TRUE(ring->has_buffers());
    }
}

TEST(MultishotRing, AcceptsAheadOnlyIfNoOtherLoopSharesTheListener) {
    for (const std::size_t loops : {1U, 2U}) {
        const auto ring = make_ring(loops);
        if (ring == nullptr) GTEST_SKIP() << "the kernel gives no ring";
        EXPECT_EQ(ring->accepts_ahead(), loops == 1);
    }
}

}  // namespace
}  // namespace models
