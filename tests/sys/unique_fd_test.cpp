#include "sys/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <type_traits>

#include "pipe.h"

namespace sys {
namespace {

static_assert(!std::is_copy_constructible_v<UniqueFd>);
static_assert(std::is_nothrow_move_constructible_v<UniqueFd>);
static_assert(!std::is_convertible_v<int, UniqueFd>);

int open_null() { return check(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open"); }
bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

TEST(UniqueFd, IsEmptyByDefault) {
    const UniqueFd empty;
    EXPECT_EQ(empty.get(), -1);
    EXPECT_FALSE(empty);
}

TEST(UniqueFd, OwnsZeroToo) {
    UniqueFd input{0};
    EXPECT_TRUE(input);
    EXPECT_EQ(input.release(), 0);
}

TEST(UniqueFd, ClosesAtTheEndOfItsLife) {
    const int number = open_null();
    {
        const UniqueFd owner{number};
        EXPECT_EQ(owner.get(), number);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, MovesItsDescriptorAndIsEmptyThen) {
    UniqueFd from{open_null()};
    const int number = from.get();
    const UniqueFd to{std::move(from)};
    EXPECT_EQ(to.get(), number);
    EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): that is tested
    EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, AssignmentClosesWhatWasOwned) {
    UniqueFd first{open_null()};
    const int first_number = first.get();
    UniqueFd second{open_null()};
    const int second_number = second.get();
    first = std::move(second);
    EXPECT_EQ(first.get(), second_number);
    EXPECT_FALSE(second);  // NOLINT(bugprone-use-after-move): that is tested
    EXPECT_FALSE(is_open(first_number));
    EXPECT_TRUE(is_open(second_number));
}

TEST(UniqueFd, SurvivesAssignmentToItself) {
    UniqueFd owner{open_null()};
    UniqueFd& same = owner;
    owner = std::move(same);
    EXPECT_TRUE(is_open(owner.get()));
}

TEST(UniqueFd, Swaps) {
    UniqueFd one{open_null()};
    UniqueFd other{open_null()};
    const int one_number = one.get();
    const int other_number = other.get();
    std::swap(one, other);
    EXPECT_EQ(one.get(), other_number);
    EXPECT_EQ(other.get(), one_number);
    EXPECT_TRUE(is_open(one_number) && is_open(other_number));
}

TEST(UniqueFd, ReleaseGivesTheDescriptorAway) {
    int number = -1;
    {
        UniqueFd owner{open_null()};
        number = owner.release();
        EXPECT_FALSE(owner);
    }
    EXPECT_TRUE(is_open(number));
    const UniqueFd closed_at_the_end{number};
}

TEST(UniqueFd, ClosesExactlyOnce) {
    // A new descriptor gets the lowest free number, which is the one that was just closed. A second close of the old
    // descriptor would close the new one.
    UniqueFd owner{open_null()};
    const int number = owner.get();
    owner.reset();
    const UniqueFd next{open_null()};
    ASSERT_EQ(next.get(), number);
    owner.reset();
    EXPECT_TRUE(is_open(number));
    { const UniqueFd moved{std::move(owner)}; }
    EXPECT_TRUE(is_open(number));
}

}  // namespace
}  // namespace sys
