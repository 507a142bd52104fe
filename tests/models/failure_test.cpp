// Runs that fail: the failure reaches run(), and nothing is left behind.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>
#include <stdexcept>

#include "jobs.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

class ProcessFailure : public ModelTest {};
class LoopFailure : public ModelTest {};

// Has one Compute, which calls `compute`.
template <class Compute>
std::unique_ptr<tasks::Task> make_computing(Compute compute) {
    return make_task(
        [asked = false](Result) mutable -> Operation {
            if (std::exchange(asked, true)) return Finish{1};
            return tasks::Compute{};
        },
        compute);
}

TEST_P(ProcessFailure, AKilledProcessEndsTheRun) {
    Running running{entry(), 3, [](std::size_t index) {
                        return make_computing([index] {
                            if (index == 1) ::raise(SIGKILL);
                        });
                    }};
    const std::string thrown = thrown_by(running);
    EXPECT_NE(thrown.find("ended with signal 9 (Killed)"), std::string::npos) << thrown;
    EXPECT_EQ(running.ledger().times_finished(1), 0U);
}

TEST_P(ProcessFailure, AProcessThatThrowsEndsTheRun) {
    Running running{entry(), 3, [](std::size_t index) {
                        return make_computing([index] {
                            if (index == 1) throw std::runtime_error{"it rains"};
                        });
                    }};
    const std::string thrown = thrown_by(running);
    EXPECT_TRUE(thrown.starts_with("a task's process ended with exit code 1: ") ||
                thrown.starts_with("a process of the pool failed: "))
        << thrown;
    EXPECT_TRUE(thrown.ends_with(": it rains")) << thrown;
}

TEST_P(ProcessFailure, AKilledProcessThatWasSpawnedEndsTheRun) {
    Running running{entry(), 2, [](std::size_t) {
                        return make_task([spawned = false](Result) mutable -> Operation {
                            if (std::exchange(spawned, true)) return Finish{1};
                            return tasks::Spawn{make_computing([] { ::raise(SIGKILL); })};
                        });
                    }};
    const std::string thrown = thrown_by(running);
    EXPECT_NE(thrown.find("ended with "), std::string::npos) << thrown;
    EXPECT_EQ(running.ledger().spawned_finished(), 0U);
}

// Its parent waits for it, and its sibling for what nobody announces.
TEST_P(ProcessFailure, AKilledChildEndsTheRun) {
    Running running{
        entry(),
        1,
        [](std::size_t) {
            return make_task([step = 0](Result) mutable -> Operation {
                switch (step++) {
                    case 0: return tasks::Spawn{make_computing([] { ::raise(SIGKILL); }), true};
                    case 1: return tasks::Spawn{make_task([](Result) -> Operation { return tasks::Await{0}; }), true};
                    case 2: return tasks::Join{};
                    default: return Finish{1};
                }
            });
        },
        {},
        {.parents = 1}};
    const std::string thrown = thrown_by(running);
    EXPECT_NE(thrown.find("ended with "), std::string::npos) << thrown;
    EXPECT_EQ(running.ledger().times_finished(0), 0U);
}

TEST_P(LoopFailure, AnExceptionPassesThroughRun) {
    Running running{entry(), 2, [](std::size_t) {
                        return make_task([yields = 0](Result) mutable -> Operation {
                            if (++yields == 3) throw std::runtime_error{"it rains"};
                            return tasks::Yield{};
                        });
                    }};
    EXPECT_EQ(thrown_by(running), "it rains");
}

TEST_P(LoopFailure, ARunThatFailedClosesTheSocketsOfItsTasks) {
    // A first run: a library may open descriptors that it keeps for the whole process.
    Running{entry(), 1, [](std::size_t) { return make_finished(1); }}.run();
    const std::size_t open_before = sys::open_descriptors();
    {
        const sys::UniqueFd listener = sys::listen_on({}, 1);
        const sockaddr_in address = sys::local_endpoint(listener.get()).native();
        Running running{entry(), 2, [&](std::size_t index) {
                            if (index == 1) {
                                return make_task([slept = false](Result) mutable -> Operation {
                                    if (std::exchange(slept, true)) throw std::runtime_error{"it rains"};
                                    return tasks::Sleep{sys::now() + std::chrono::milliseconds{1}};
                                });
                            }
                            // Waits for an answer that never comes.
                            return make_task([address, socket = sys::tcp_socket(), connected = false,
                                              buffer = std::array<std::byte, 4>{}](Result) mutable -> Operation {
                                if (std::exchange(connected, true)) return tasks::Receive{socket.get(), buffer};
                                return tasks::Connect{socket.get(), address};
                            });
                        }};
        EXPECT_EQ(thrown_by(running), "it rains");
    }
    EXPECT_EQ(sys::open_descriptors(), open_before) << "the peer would wait for the end of the stream for ever";
}

INSTANTIATE_TEST_SUITE_P(All, ProcessFailure, models_that(forks), name_of);
INSTANTIATE_TEST_SUITE_P(All, LoopFailure, models_that([](const Entry& entry) {
                             return is_loop(entry) || entry.family == Family::libraries;
                         }),
                         name_of);

}  // namespace
}  // namespace models
