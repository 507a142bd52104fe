#include "sys/stack_pool.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "sys/limits.h"
#include "sys/sanitizer.h"

namespace sys {
namespace {

constexpr std::size_t stack_bytes = std::size_t{64} * 1024;

// The guards that this kernel has.
std::vector<StackGuard> guards() {
    if (best_stack_guard() == StackGuard::madvise) return {StackGuard::madvise, StackGuard::mprotect};
    return {StackGuard::mprotect};
}

class StackPoolWith : public testing::TestWithParam<StackGuard> {
protected:
    StackPool pool_{stack_bytes, GetParam()};
};

TEST_P(StackPoolWith, GivesWholeStacksThatDoNotOverlap) {
    std::set<std::byte*> upper_ends;
    // More than one chunk.
    for (int i = 0; i < 200; ++i) upper_ends.insert(pool_.take());
    ASSERT_EQ(upper_ends.size(), 200U);
    const std::byte* below = nullptr;
    for (std::byte* const upper_end : upper_ends) {
        upper_end[-1] = std::byte{1};
        upper_end[-static_cast<std::ptrdiff_t>(stack_bytes)] = std::byte{1};
        if (below != nullptr) {
            EXPECT_GE(upper_end - below, static_cast<std::ptrdiff_t>(stack_bytes + pool_.guard_bytes()));
        }
        below = upper_end;
    }
}

TEST_P(StackPoolWith, UsesAStackAgain) {
    std::byte* const first = pool_.take();
    std::byte* const second = pool_.take();
    pool_.give_back(first);
    EXPECT_EQ(pool_.take(), first);
    pool_.give_back(first);
    pool_.give_back(second);
    const std::set<std::byte*> again{pool_.take(), pool_.take()};
    EXPECT_EQ(again, (std::set<std::byte*>{first, second}));
}

TEST_P(StackPoolWith, EndsAProgramThatWritesBelowAStack) {
    std::byte* const upper_end = pool_.take();
    static_cast<void>(pool_.take());  // the neighbour below
    std::byte* const lower_end = upper_end - stack_bytes;
    lower_end[0] = std::byte{1};
    if (is_sanitized) GTEST_SKIP() << "the sanitizer handles the signal";
    EXPECT_EXIT(lower_end[-1] = std::byte{1}, testing::KilledBySignal(SIGSEGV), "");
    EXPECT_EXIT(*(lower_end - pool_.guard_bytes()) = std::byte{1}, testing::KilledBySignal(SIGSEGV), "");
}

TEST_P(StackPoolWith, NeedsTheMappingsThatItSays) {
    const std::size_t before = mappings();
    constexpr std::size_t stacks = 640;
    for (std::size_t i = 0; i < stacks; ++i) static_cast<void>(pool_.take());
    const std::size_t more = mappings() - before;
    // Ten chunks, of which the kernel may join some.
    const std::size_t of_guards = stacks * mappings_per_stack(GetParam());
    EXPECT_LE(more, of_guards + 10);
    EXPECT_GE(more + 10, of_guards);
}

INSTANTIATE_TEST_SUITE_P(All, StackPoolWith, testing::ValuesIn(guards()),
                         [](const auto& guard) { return std::string{to_string(guard.param)}; });

}  // namespace
}  // namespace sys
