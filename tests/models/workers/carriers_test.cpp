#include "models/workers/carriers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sys/check.h"
#include "sys/unique_fd.h"

namespace models {
namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> both{};
        sys::check(::pipe(both.data()), "pipe");
        in = sys::UniqueFd{both[1]};
        out = sys::UniqueFd{both[0]};
    }
    sys::UniqueFd in;
    sys::UniqueFd out;
};

TEST(Carriers, CallBackThreadsThatWaitInASystemCall) {
    const Pipe silent;
    Carriers carriers;
    std::atomic<int> woken = 0;
    constexpr int count = 4;
    std::latch all_wait{count};
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&] {
            Carriers::Carrier carrier{carriers};
            carrier.carry([&] {
                all_wait.count_down();
                char byte = 0;
                while (::read(silent.out.get(), &byte, 1) == -1) {
                    ++woken;
                    carriers.abandonment().throw_if_begun();
                }
            });
        });
    }
    all_wait.wait();
    carriers.abandon(std::make_exception_ptr(std::runtime_error{"it rains"}));
    threads.clear();
    EXPECT_GE(woken, count);
    EXPECT_THROW(carriers.rethrow_failure(), std::runtime_error);
}

// A task that runs inside of another one ends; then the other one waits.
TEST(Carriers, CallBackAThreadThatHasCarriedATaskInsideOfAnother) {
    const Pipe silent;
    Carriers carriers;
    std::latch waits{1};
    std::jthread thread{[&] {
        Carriers::Carrier carrier{carriers};
        carrier.carry([&] {
            carrier.carry([] {});
            waits.count_down();
            char byte = 0;
            while (::read(silent.out.get(), &byte, 1) == -1) carriers.abandonment().throw_if_begun();
        });
    }};
    waits.wait();
    carriers.abandon(std::make_exception_ptr(std::runtime_error{"it rains"}));
    thread.join();
    EXPECT_THROW(carriers.rethrow_failure(), std::runtime_error);
}

TEST(Carriers, KeepTheFirstFailureAndWakeOnce) {
    int wakes = 0;
    Carriers carriers{[&] { ++wakes; }};
    Carriers::Carrier carrier{carriers};
    EXPECT_NO_THROW(carriers.rethrow_failure());
    carrier.carry([] { throw std::runtime_error{"first"}; });
    carrier.carry([] { FAIL() << "no task begins in an abandoned run"; });
    carriers.abandon(std::make_exception_ptr(std::runtime_error{"second"}));
    EXPECT_EQ(wakes, 1);
    try {
        carriers.rethrow_failure();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "first");
    }
}

}  // namespace
}  // namespace models
