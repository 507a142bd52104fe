#include "models/completion/ring.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <system_error>

namespace models {
namespace {

// A ring that shows what the kernel made.
class OpenRing final : public Ring {
public:
    using Ring::Ring;

    [[nodiscard]] std::size_t room() noexcept { return native().cq.ring_entries; }
    // Completions did not fit into the queue, and wait in the kernel's list.
    [[nodiscard]] bool has_overflowed() noexcept { return (*native().sq.kflags & IORING_SQ_CQ_OVERFLOW) != 0; }
};

struct Counted final : Completion {
    void complete(int, unsigned) override { ++times; }
    std::size_t times = 0;
};

std::unique_ptr<OpenRing> make_ring(std::size_t completions) {
    try {
        return std::make_unique<OpenRing>(completions);
    } catch (const std::system_error&) {
        return nullptr;  // the kernel forbids rings
    }
}

// Requests that complete as soon as they are submitted, and none of which the loop takes meanwhile. The last ones stay
// in the submission queue.
void submit_many(Ring& ring, Completion& completion, std::size_t requests) {
    for (std::size_t i = 0; i < requests; ++i) {
        ring.submit(completion, [](io_uring_sqe& entry) { ::io_uring_prep_nop(&entry); });
    }
}

constexpr std::size_t many = 20'000;

TEST(Ring, HasRoomForAllCompletionsThatCanComeAtOnce) {
    Counted counted;
    const auto ring = make_ring(many);
    if (ring == nullptr) GTEST_SKIP() << "the kernel gives no ring";
    EXPECT_GE(ring->room(), many);
    submit_many(*ring, counted, many);
    EXPECT_FALSE(ring->has_overflowed());
}

TEST(Ring, OverflowsIfItWasMadeForLess) {
    Counted counted;
    const auto ring = make_ring(0);
    if (ring == nullptr) GTEST_SKIP() << "the kernel gives no ring";
    ASSERT_LT(ring->room(), many - 4096);
    submit_many(*ring, counted, ring->room() + 2 * 4096);
    EXPECT_TRUE(ring->has_overflowed()) << "the test above could not fail";
}

TEST(Ring, GetsAsMuchRoomAsTheKernelGivesIfItNeedsMore) {
    const auto ring = make_ring(10'000'000);
    if (ring == nullptr) GTEST_SKIP() << "the kernel gives no ring";
    EXPECT_EQ(ring->room(), 65'536U);
}

TEST(CompletionsAtOnce, IsTheNumberOfTasksThatAskTheKernel) {
    EXPECT_EQ(completions_at_once({.tasks_at_once = 101, .descriptors_per_task = 1}), 101U);
    EXPECT_EQ(completions_at_once({.tasks_at_once = 8, .descriptors_lent = 16}), 8U);
    EXPECT_EQ(completions_at_once({.tasks_at_once = 7, .sleeps = true}), 7U);
    EXPECT_EQ(completions_at_once({.tasks_at_once = 1'000'000, .together = 1'000'000, .events = 1}), 0U)
        << "tasks that wait for one another only";
}

}  // namespace
}  // namespace models
