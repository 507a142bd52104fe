#include "bench/suite/progress.h"

#include <gtest/gtest.h>

#include "bench/suite/sample_entry.h"
#include "cpus.h"
#include "small_suite.h"
#include "temporary_folder.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

TEST(Progress, TimesAreShort) {
    EXPECT_EQ(to_minutes(0s), "0:00");
    EXPECT_EQ(to_minutes(65s + 900ms), "1:05");
    EXPECT_EQ(to_minutes(3599s), "59:59");
    EXPECT_EQ(to_minutes(2h + 3min + 4s), "2:03:04");
}

TEST(Progress, LinesFitTheTerminal) {
    EXPECT_EQ(shorten("echo/epoll", 10), "echo/epoll");
    EXPECT_EQ(shorten("echo/epoll", 9), "echo/e...");
    EXPECT_EQ(shorten("echo/epoll", 2), "ec");
}

TEST(Summary, NamesTheFileTheCountsAndTheReasons) {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "some.json").string();
    Results results = Results::begin(file, nlohmann::json::object());
    const auto add = [&results](const std::string& name, const char* outcome, const std::string& reason) {
        const Case what = case_named(name);
        nlohmann::json entry =
            unfinished_entry({what, what.name(), 1, 1, false, /*in_turns=*/true}, cpu_plan(), {}, reason);
        entry["concur"]["outcome"] = outcome;
        results.add(entry);
    };
    add("switching/serial", "ok", "");
    add("primes/serial", "did_not_finish", "time limit of 20 s");
    add("primes/poll", "did_not_finish", "time limit of 20 s");
    EXPECT_EQ(summary(results),
              file +
                  ": 3 samples, 1 ok, 2 did not finish\n"
                  "  2 did not finish: time limit of 20 s (primes/serial/tasks:32/grain_us:100/manual_time, ...)\n");
}

}  // namespace
}  // namespace bench
