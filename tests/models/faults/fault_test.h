#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <exception>
#include <filesystem>
#include <iterator>
#include <string>

#include "faults/outcomes.h"
#include "jobs.h"
#include "sys/limits.h"

namespace models {

// What a run of a model may leave behind.
struct Held {
    std::size_t threads;
    std::size_t descriptors;
    std::size_t shared_mappings;
    bool a_child;
    friend bool operator==(const Held&, const Held&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Held& held) {
        return out << held.threads << " threads, " << held.descriptors << " descriptors, " << held.shared_mappings
                   << " shared mappings, " << (held.a_child ? "a child process" : "no child process");
    }
};
[[nodiscard]] Held held_now();
// The same, but looks again for a while if it is not what is expected: a thread that was joined may be in /proc a
// moment longer.
[[nodiscard]] Held held_finally(const Held& expected);

// The message of what `function` throws; "" if it throws nothing.
template <class Function>
std::string message_of(Function function) {
    try {
        function();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

// Runs with one model of the table. Afterwards nothing is left, and the next run goes well.
class FaultTest : public ModelTest {
protected:
    void SetUp() override {
        // The first time, a library may start or open something for the whole process.
        run_well();
        before_ = held_now();
    }
    void TearDown() override {
        run_well();
        // oneTBB keeps its threads for the next arena.
        if (entry().name == "work_stealing") before_.threads = held_now().threads;
        EXPECT_EQ(held_finally(before_), before_);
    }

    // The model with `count` workers, if it has any.
    [[nodiscard]] static tasks::Arguments with_workers(std::int64_t count);

private:
    static void run_well();
    Held before_{};
};

}  // namespace models
