// Fairness: sockets, sleeps and yielding tasks that wait for one another, and very many tasks that wait at once.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>

#include "jobs.h"
#include "sys/check.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include "sys/shared_memory.h"
#include "sys/unique_fd.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

class SocketFairness : public ModelTest {};
class SocketsOfLoops : public ModelTest {};

// One task's sleep ends while the other computes. Then it yields, and sends in the next round what the other waits for.
// A loop that resumes sleeping tasks before it waits must not wait for the socket first.
TEST_P(SocketFairness, AYieldAfterASleepDoesNotWaitForASocket) {
    std::array<int, 2> ends{};
    sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
    const sys::UniqueFd sender{ends[0]};
    const sys::UniqueFd receiver{ends[1]};
    const sys::Shared<std::atomic<std::int64_t>> due;
    const auto in_ns = [](sys::TimePoint time) { return sys::Nanoseconds{time.time_since_epoch()}.count(); };
    const std::array word{std::byte{'x'}};
    Running running{entry(), 2, [&](std::size_t index) {
                        if (index == 0) {
                            return make_task([&, step = 0](Result result) mutable -> Operation {
                                if (result.failed()) return Finish{0, result.error()};
                                const sys::TimePoint until = sys::now() + std::chrono::milliseconds{2};
                                switch (step++) {
                                    case 0: due->store(in_ns(until)); return tasks::Sleep{until};
                                    case 1: return tasks::Yield{};
                                    case 2: return tasks::Send{sender.get(), word};
                                    default: return Finish{result.bytes()};
                                }
                            });
                        }
                        return make_task(
                            [&, step = 0, heard = std::array<std::byte, 8>{}](Result result) mutable -> Operation {
                                if (result.failed()) return Finish{0, result.error()};
                                switch (step++) {
                                    case 0: return tasks::Yield{};
                                    case 1: return tasks::Compute{};
                                    case 2: return tasks::Receive{receiver.get(), heard};
                                    default: return Finish{result.bytes()};
                                }
                            },
                            [&] {
                                constexpr std::int64_t rounding_ns =
                                    2'000'000;  // sleeps are rounded up to the next millisecond
                                while (due->load() == 0 || in_ns(sys::now()) < due->load() + rounding_ns) {
                                }
                            });
                    }};
    running.run_and_expect([](std::size_t) { return 1; });
}

// More answers at once than a pool of buffers holds, each read in two parts.
TEST_P(SocketsOfLoops, ManyTasksReceiveAtTheSameTime) {
    constexpr std::size_t pairs = 1'500;
    if (sys::raise_descriptor_limit() < 2 * pairs + 100) GTEST_SKIP() << "too few descriptors";
    Running running{
        entry(), pairs, [](std::size_t index) {
            std::array<int, 2> ends{};
            sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
            return make_task([left = sys::UniqueFd{ends[0]}, right = sys::UniqueFd{ends[1]},
                              word = std::array{static_cast<std::byte>(index), std::byte{1}, std::byte{2}},
                              heard = std::array<std::byte, 3>{}, step = 0](Result result) mutable -> Operation {
                if (result.failed()) return Finish{0, result.error()};
                switch (step++) {
                    case 0: return tasks::Send{left.get(), word};
                    case 1: return tasks::Yield{};
                    case 2: return tasks::Receive{right.get(), std::span{heard}.first(2)};
                    case 3: return tasks::Receive{right.get(), std::span{heard}.last(1)};
                    default: return Finish{heard == word ? 1U : 0U};
                }
            });
        }};
    for (int run = 0; run < 2; ++run) running.run_and_expect([](std::size_t) { return 1; });
}

INSTANTIATE_TEST_SUITE_P(All, SocketsOfLoops, models_that([](const Entry& entry) {
                             return (is_loop(entry) || entry.family == Family::libraries) &&
                                    takes_high_descriptors(entry);
                         }),
                         name_of);
INSTANTIATE_TEST_SUITE_P(All, SocketFairness, models_that(runs_two_at_once), name_of);

}  // namespace
}  // namespace models
