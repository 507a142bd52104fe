// A task throws, while others wait for what will never come.
#include <stdexcept>

#include "faults/fault_test.h"
#include "sys/tcp.h"

namespace models {
namespace {

using tasks::Finish;
using tasks::Operation;
using tasks::Result;

class ThrowingTask : public FaultTest {
protected:
    // Root 0 is `first`; all other roots wait for ever, each in another way.
    template <class MakeFirst>
    void expect_that_it_ends(MakeFirst make_first, Fault fault) {
        const auto make = [&](std::size_t index) -> std::unique_ptr<tasks::Task> {
            return index == 0 ? make_first() : make_waiting(index);
        };
        // A worker for each, and one for the spawned task.
        Running running{entry(), 5, make, with_workers(6)};
        const std::string thrown = message_of([&] { running.run(); });
        if (outcome_of(entry(), fault) == outcome::throws) {
            EXPECT_EQ(thrown, "it rains");
        } else {
            EXPECT_EQ(outcome_of(entry(), fault), outcome::tells);
            EXPECT_TRUE(thrown.starts_with("a ") && thrown.ends_with(": it rains")) << thrown;
        }
    }
    // The first operation of root 0, so that the others wait already.
    static Operation nap() { return tasks::Sleep{sys::now() + std::chrono::milliseconds{20}}; }

private:
    std::unique_ptr<tasks::Task> make_waiting(std::size_t index) const {
        return make_task([this, index, buffer = std::array<std::byte, 8>{}](Result) mutable -> Operation {
            // A loop of its own would notice that nobody can announce the event.
            switch (index == 1 && !entry().shares_events ? 4 : index) {
                case 1: return tasks::Await{0};
                case 2: return tasks::Accept{listener_.get()};
                case 3: return tasks::Receive{near_.get(), buffer};
                default: return tasks::Sleep{sys::now() + std::chrono::hours{1}};
            }
        });
    }
    void SetUp() override {
        FaultTest::SetUp();
        listener_ = sys::listen_on({}, 1);
        std::array<int, 2> ends{};
        sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
        near_ = sys::UniqueFd{ends[0]};
        far_ = sys::UniqueFd{ends[1]};
    }
    void TearDown() override {
        for (sys::UniqueFd* const one : {&listener_, &near_, &far_}) one->reset();
        FaultTest::TearDown();
    }
    sys::UniqueFd listener_;
    sys::UniqueFd near_;
    sys::UniqueFd far_;
};

Operation throw_at_once() { throw std::runtime_error{"it rains"}; }

// Its step after a nap is `step`.
template <class Step>
std::unique_ptr<tasks::Task> make_napping(Operation (*nap)(), Step step) {
    return make_task(
        [nap, step, napped = false](Result) mutable { return std::exchange(napped, true) ? step() : nap(); },
        [] { throw std::runtime_error{"it rains"}; });
}

TEST_P(ThrowingTask, EndsTheRun) {
    expect_that_it_ends([] { return make_napping(&nap, &throw_at_once); }, Fault::task_throws);
}

TEST_P(ThrowingTask, EndsTheRunIfItWasSpawned) {
    expect_that_it_ends(
        [] {
            return make_task([step = 0](Result) mutable -> Operation {
                switch (step++) {
                    case 0: return nap();
                    case 1: return tasks::Spawn{make_task([](Result) { return throw_at_once(); })};
                    default: return tasks::Await{1};
                }
            });
        },
        Fault::spawned_task_throws);
}

TEST_P(ThrowingTask, EndsTheRunIfItComputes) {
    expect_that_it_ends([] { return make_napping(&nap, []() -> Operation { return tasks::Compute{}; }); },
                        Fault::compute_throws);
}

TEST_P(ThrowingTask, EndsTheRunIfItCannotBeMade) {
    expect_that_it_ends([]() -> std::unique_ptr<tasks::Task> { throw std::runtime_error{"it rains"}; },
                        Fault::task_throws);
}

// A job whose tasks never wait. A model may run it in another way, because no task has to be called back
// (work_stealing does).
class ComputingJob final : public tasks::Job {
public:
    explicit ComputingJob(FunctionJob::Make make_first) : make_first_{std::move(make_first)} {}
    std::size_t size() const override { return 5; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return index == 0 ? make_first_(index) : make_finished(index);
    }
    tasks::Demand demand() const override { return {.tasks_at_once = size()}; }

private:
    FunctionJob::Make make_first_;
};

class ThrowingComputation : public FaultTest {
protected:
    // Root 0 is `make_first`; the others end at once.
    static void expect_that_it_ends(FunctionJob::Make make_first, Fault fault) {
        const ComputingJob job{std::move(make_first)};
        tasks::Ledger ledger{job.size()};
        const std::unique_ptr<Model> model =
            entry().make(job, ledger, tasks::complete(entry().parameters, with_workers(2)));
        const std::string thrown = message_of([&] { model->run(); });
        if (outcome_of(entry(), fault) == outcome::throws) {
            EXPECT_EQ(thrown, "it rains");
        } else {
            EXPECT_EQ(outcome_of(entry(), fault), outcome::tells);
            EXPECT_TRUE(thrown.starts_with("a ") && thrown.ends_with(": it rains")) << thrown;
        }
    }
    static std::unique_ptr<tasks::Task> make_computing() {
        return make_task([](Result) -> Operation { return tasks::Compute{}; },
                         [] { throw std::runtime_error{"it rains"}; });
    }
};

TEST_P(ThrowingComputation, EndsTheRun) {
    expect_that_it_ends([](std::size_t) { return make_computing(); }, Fault::compute_throws);
}

TEST_P(ThrowingComputation, EndsTheRunIfItWasSpawned) {
    expect_that_it_ends(
        [](std::size_t) {
            return make_task([spawned = false](Result) mutable -> Operation {
                if (std::exchange(spawned, true)) return Finish{1};
                return tasks::Spawn{make_computing()};
            });
        },
        Fault::spawned_task_throws);
}

TEST_P(ThrowingComputation, EndsTheRunIfItCannotBeMade) {
    expect_that_it_ends([](std::size_t) -> std::unique_ptr<tasks::Task> { throw std::runtime_error{"it rains"}; },
                        Fault::task_throws);
}

INSTANTIATE_TEST_SUITE_P(All, ThrowingTask, every_model(), name_of);
INSTANTIATE_TEST_SUITE_P(All, ThrowingComputation, every_model(), name_of);

}  // namespace
}  // namespace models
