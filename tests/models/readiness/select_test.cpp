// The limit of select's sets (FD_SETSIZE): a job that announces more is refused, and a job that did not announce them
// fails.
#include <gtest/gtest.h>
#include <sys/select.h>

#include <stdexcept>

#include "jobs.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Operation;
using tasks::Result;

TEST(Select, RefusesFromFdSetsizeOn) {
    const auto reason = [](std::size_t connections) { return find("select").support({connections, 1}, {}).reason; };
    EXPECT_EQ(reason(900), "");
    EXPECT_NE(reason(1024), "");
    // The highest accepted number leaves room for the descriptors that are open already.
    std::size_t most = 900;
    while (reason(most + 1).empty()) ++most;
    EXPECT_LE(most + sys::open_descriptors(), 1024U);
    const std::string refusal = reason(most + 1);
    EXPECT_EQ(refusal, "select: descriptor 1024 does not fit FD_SETSIZE 1024");
}

TEST(Select, ThrowsForADescriptorThatDoesNotFitItsSets) {
    if (sys::raise_descriptor_limit() <= FD_SETSIZE + 1) GTEST_SKIP() << "the limit on descriptors is too low";
    const sys::UniqueFd low = sys::listen_on({}, 1);
    const sys::UniqueFd listener = with_high_number(low);
    ASSERT_GE(listener.get(), FD_SETSIZE);
    Running running{find("select"), 1, [&](std::size_t) {
                        return make_task([&](Result) -> Operation { return tasks::Accept{listener.get()}; });
                    }};
    try {
        running.run();
        FAIL() << "it was taken";
    } catch (const std::out_of_range& error) {
        EXPECT_EQ(std::string{error.what()},
                  "select: descriptor " + std::to_string(listener.get()) + " does not fit FD_SETSIZE 1024");
    }
}

}  // namespace
}  // namespace models
