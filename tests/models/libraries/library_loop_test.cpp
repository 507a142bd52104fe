// What libevent and libev do for tasks that sleep.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "jobs.h"

namespace models {
namespace {

// One task, which sleeps once if `sleeps`. What its demand says is the test's choice.
class OneNap final : public tasks::Job {
public:
    OneNap(bool sleeps, bool says_so) : sleeps_{sleeps}, says_so_{says_so} {}

    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        return make_task([left = sleeps_](tasks::Result) mutable -> tasks::Operation {
            if (std::exchange(left, false)) return tasks::Sleep{sys::now() + std::chrono::microseconds{100}};
            return tasks::Finish{1};
        });
    }
    tasks::Demand demand() const override { return {.tasks_at_once = 1, .sleeps = says_so_}; }

private:
    bool sleeps_;
    bool says_so_;
};

// libevent and libev, if this build has them.
class LibraryLoops : public ModelTest {
protected:
    static std::string thrown_by(const OneNap& job) {
        tasks::Ledger ledger{1};
        const auto model = entry().make(job, ledger, {});
        try {
            model->run();
        } catch (const std::logic_error& error) {
            return error.what();
        }
        EXPECT_EQ(ledger.times_finished(0), 1U);
        return "";
    }
};

TEST_P(LibraryLoops, RefusesASleepThatTheDemandDenies) {
    EXPECT_EQ(thrown_by({true, true}), "");
    EXPECT_EQ(thrown_by({false, false}), "");
    EXPECT_EQ(thrown_by({true, false}), "a task sleeps, and the job's demand says that none does");
}

INSTANTIATE_TEST_SUITE_P(All, LibraryLoops, models_that([](const Entry& entry) {
                             return entry.name == "libevent" || entry.name == "libev";
                         }),
                         name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LibraryLoops);

// The timers of this process's kernel that a program holds as descriptors.
std::ptrdiff_t timer_descriptors() {
    const std::filesystem::directory_iterator entries{"/proc/self/fd"};
    return std::count_if(begin(entries), end(entries), [](const std::filesystem::directory_entry& entry) {
        std::error_code closed;  // the iterator's own descriptor
        return std::filesystem::read_symlink(entry, closed) == "anon_inode:[timerfd]";
    });
}

// A timer descriptor is set by a system call in every wait.
TEST(Libevent, HasATimerDescriptorOnlyForJobsThatSleep) {
    const auto found = std::ranges::find(table(), std::string_view{"libevent"}, &Entry::name);
    if (found == table().end()) GTEST_SKIP() << "this build lacks libevent";
    tasks::Ledger ledger{1};
    const std::ptrdiff_t before = timer_descriptors();
    for (const bool sleeps : {false, true}) {
        const OneNap job{sleeps, sleeps};
        const auto model = (*found)->make(job, ledger, {});
        EXPECT_EQ(timer_descriptors() - before, sleeps ? 1 : 0);
    }
}

}  // namespace
}  // namespace models
