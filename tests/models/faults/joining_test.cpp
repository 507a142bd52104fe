// A parent, a child or both throw, while other children run or have not begun.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "faults/fault_test.h"
#include "sys/clock.h"
#include "sys/shared_memory.h"

namespace models {
namespace {

using tasks::Compute;
using tasks::Finish;
using tasks::Join;
using tasks::Operation;
using tasks::Result;
using tasks::Spawn;

constexpr std::size_t parents = 4;

// A model may run tasks in another way if none of them waits for anything but children (work_stealing does).
enum class Waits { never, may };

class TreeJob final : public tasks::Job {
public:
    TreeJob(FunctionJob::Make make, Waits waits) : make_{std::move(make)}, waits_{waits} {}
    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override { return make_(index); }
    tasks::Demand demand() const override {
        return {.tasks_at_once = 13, .sleeps = waits_ == Waits::may, .parents = parents};
    }

private:
    FunctionJob::Make make_;
    Waits waits_;
};

class ThrowingFamily : public FaultTest {
protected:
    // Runs a tree and expects that it ends with an exception.
    static void expect_that_it_ends(FunctionJob::Make make_root, Waits waits) {
        const TreeJob job{std::move(make_root), waits};
        tasks::Ledger ledger{job.size()};
        const std::unique_ptr<Model> model =
            entry().make(job, ledger, tasks::complete(entry().parameters, with_workers(parents + 1)));
        const std::string thrown = message_of([&] { model->run(); });
        EXPECT_TRUE(thrown.ends_with("it rains")) << thrown;
    }
};

[[noreturn]] void rain() { throw std::runtime_error{"it rains"}; }

void compute_for(std::chrono::microseconds time) {
    const auto end = sys::now() + time;
    while (sys::now() < end) {
    }
}

// Computes for `time`; then calls `step`.
template <class Step>
std::unique_ptr<tasks::Task> make_computing(std::chrono::microseconds time, Step step) {
    return make_task(
        [step, computed = false](Result) mutable -> Operation {
            if (!std::exchange(computed, true)) return Compute{};
            return step();
        },
        [time] { compute_for(time); });
}
std::unique_ptr<tasks::Task> make_slow() {
    return make_computing(std::chrono::milliseconds{2}, []() -> Operation { return Finish{1}; });
}
std::unique_ptr<tasks::Task> make_throwing() {
    return make_computing(std::chrono::microseconds{200}, []() -> Operation { rain(); });
}

// Spawns three children, made by `make_child`, computes for a while, and throws.
template <class MakeChild>
std::unique_ptr<tasks::Task> make_throwing_parent(std::chrono::microseconds time, MakeChild make_child) {
    return make_task(
        [make_child, step = 0](Result) mutable -> Operation {
            if (step++ < 3) return Spawn{make_child(), true};
            if (step == 4) return Compute{};
            rain();
        },
        [time] { compute_for(time); });
}

TEST_P(ThrowingFamily, EndsTheRunIfTheParentThrows) {
    for (const Waits waits : {Waits::never, Waits::may}) {
        for (int run = 0; run < 5; ++run) {
            expect_that_it_ends(
                [](std::size_t) { return make_throwing_parent(std::chrono::microseconds{0}, &make_slow); }, waits);
        }
    }
}

TEST_P(ThrowingFamily, EndsTheRunIfTheParentAndItsChildrenThrow) {
    for (const Waits waits : {Waits::never, Waits::may}) {
        for (int run = 0; run < 5; ++run) {
            expect_that_it_ends(
                [](std::size_t) { return make_throwing_parent(std::chrono::milliseconds{1}, &make_throwing); }, waits);
        }
    }
}

// Joins three slow children, and notes in `partial` whether the sum was not theirs.
std::unique_ptr<tasks::Task> make_checking(std::atomic<int>& partial) {
    return make_task([&partial, step = 0](Result result) mutable -> Operation {
        if (step++ < 3) return Spawn{make_slow(), true};
        if (step == 4) return Join{};
        if (!result.failed() && result.value != 3) ++partial;
        return Finish{1};
    });
}

TEST_P(ThrowingFamily, LetsNoOtherParentGoOnWithAPartOfTheSum) {
    for (const Waits waits : {Waits::never, Waits::may}) {
        const sys::Shared<std::atomic<int>> partial;
        for (int run = 0; run < 5; ++run) {
            const auto make_root = [&](std::size_t) {
                return make_task([&partial, step = 0](Result result) mutable -> Operation {
                    switch (step++) {
                        case 0: return Spawn{make_checking(*partial), true};
                        case 1: return Spawn{make_checking(*partial), true};
                        case 2: return Spawn{make_throwing(), true};
                        case 3: return Spawn{make_checking(*partial), true};
                        case 4: return Join{};
                        default: *partial += result.failed() ? 0 : 1; return Finish{0};
                    }
                });
            };
            expect_that_it_ends(make_root, waits);
        }
        EXPECT_EQ(*partial, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(All, ThrowingFamily, every_model(), name_of);

}  // namespace
}  // namespace models
