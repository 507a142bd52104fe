#include "sys/thread.h"

#include <gtest/gtest.h>
#include <limits.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "sys/sanitizer.h"

namespace sys {
namespace {

// The size of the calling thread's stack, as the C library knows it.
std::size_t own_stack_bytes() {
    pthread_attr_t attributes;
    std::size_t bytes = 0;
    EXPECT_EQ(::pthread_getattr_np(::pthread_self(), &attributes), 0);
    EXPECT_EQ(::pthread_attr_getstacksize(&attributes, &bytes), 0);
    ::pthread_attr_destroy(&attributes);
    return bytes;
}
std::size_t stack_bytes_of_a_thread(std::size_t asked) {
    std::size_t found = 0;
    Thread{asked, [&] { found = own_stack_bytes(); }}.join();
    return found;
}

// The C library may hand out the stack of an earlier thread again, if that is not more than four times as large.
void expect_about(std::size_t found, std::size_t asked) {
    EXPECT_GE(found, asked);
    EXPECT_LE(found, 5 * asked);
}

TEST(Thread, HasTheStackThatWasAskedFor) {
    for (const std::size_t asked : {std::size_t{1} << 20, std::size_t{64} << 20}) {
        expect_about(stack_bytes_of_a_thread(asked), asked);
    }
}

TEST(Thread, HasTheSystemsStackByDefault) {
    pthread_attr_t defaults;
    std::size_t bytes = 0;
    ASSERT_EQ(::pthread_getattr_default_np(&defaults), 0);
    EXPECT_EQ(::pthread_attr_getstacksize(&defaults, &bytes), 0);
    ::pthread_attr_destroy(&defaults);
    expect_about(stack_bytes_of_a_thread(0), bytes);
}

TEST(Thread, NeverHasLessThanItNeeds) {
    EXPECT_GE(Thread::least_stack_bytes(), static_cast<std::size_t>(PTHREAD_STACK_MIN));
    constexpr std::size_t with_sanitizers = std::size_t{1} << 20;
    EXPECT_GE(Thread::least_stack_bytes(), is_sanitized ? with_sanitizers : 0);
    expect_about(stack_bytes_of_a_thread(1), Thread::least_stack_bytes());
}

TEST(Thread, OwnsItsFunctionAndDestroysItBeforeJoinReturns) {
    auto held = std::make_shared<int>(0);
    Thread thread{0, [held] { ++*held; }};
    thread.join();
    EXPECT_EQ(*held, 1);
    EXPECT_EQ(held.use_count(), 1);
    thread.join();
}

TEST(Thread, IsJoinedByItsDestructorAndByAnAssignment) {
    std::atomic<int> ended{0};
    {
        Thread moved;
        Thread first{0, [&] { ++ended; }};
        moved = std::move(first);
        moved = Thread{0, [&] { ++ended; }};
        EXPECT_GE(ended, 1);
        std::vector<Thread> many;
        for (int i = 0; i < 5; ++i) many.emplace_back(0, [&] { ++ended; });
    }
    EXPECT_EQ(ended, 7);
}

TEST(Thread, ThrowsIfThereIsNoRoomForItsStack) {
    // More than the address space of a process.
    constexpr std::size_t too_large = std::size_t{1} << 48;
    EXPECT_THROW((Thread{too_large, [] { ADD_FAILURE(); }}), std::system_error);
}

}  // namespace
}  // namespace sys
