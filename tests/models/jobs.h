#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/select.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/table.h"
#include "sys/check.h"
#include "sys/unique_fd.h"
#include "tasks/job.h"
#include "tasks/ledger.h"

namespace models {

// A task whose resume() is a function; the function keeps the state in its captures.
template <class Step, class Compute>
class FunctionTask final : public tasks::Task {
public:
    FunctionTask(Step step, Compute compute) : step_{std::move(step)}, compute_{std::move(compute)} {}
    tasks::Operation resume(tasks::Result result) override { return step_(result); }
    void compute() override { compute_(); }

private:
    Step step_;
    Compute compute_;
};

template <class Step, class Compute>
std::unique_ptr<tasks::Task> make_task(Step step, Compute compute) {
    return std::make_unique<FunctionTask<Step, Compute>>(std::move(step), std::move(compute));
}
template <class Step>
std::unique_ptr<tasks::Task> make_task(Step step) {
    return make_task(std::move(step), [] {});
}
// A task that finishes at once.
inline std::unique_ptr<tasks::Task> make_finished(std::uint64_t digest) {
    return make_task([digest](tasks::Result) { return tasks::Operation{tasks::Finish{digest}}; });
}

// A job whose tasks `make` makes.
class FunctionJob final : public tasks::Job {
public:
    using Make = std::function<std::unique_ptr<tasks::Task>(std::size_t index)>;
    FunctionJob(std::size_t size, Make make) : FunctionJob{size, std::move(make), {}} {}
    // Demands the semaphores, channels and parents, too, of `shared`.
    FunctionJob(std::size_t size, Make make, tasks::Demand shared)
        : size_{size}, make_{std::move(make)}, shared_{std::move(shared)} {}

    std::size_t size() const override { return size_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override { return make_(index); }
    tasks::Demand demand() const override {
        return {.tasks_at_once = size_,
                .descriptors_per_task = 1,
                .events = 2,
                .sleeps = true,
                .semaphores = shared_.semaphores,
                .channels = shared_.channels,
                .parents = shared_.parents};
    }

private:
    std::size_t size_;
    Make make_;
    tasks::Demand shared_;
};

// A model that runs a job, with the ledger.
class Running {
public:
    Running(const Entry& entry, std::size_t size, FunctionJob::Make make, const tasks::Arguments& arguments = {},
            tasks::Demand shared = {})
        : job_{size, std::move(make), std::move(shared)},
          ledger_{size},
          model_{entry.make(job_, ledger_, tasks::complete(entry.parameters, arguments))} {}

    void run() {
        ledger_.clear();
        model_->run();
    }
    // And expects that every root task finished once, without an error, with the digest expected(index).
    template <class Expected>
    void run_and_expect(Expected expected) {
        run();
        EXPECT_EQ(ledger_.failures(), 0U) << "the first with: " << ledger_.first_error();
        for (std::size_t index = 0; index < ledger_.roots(); ++index) {
            EXPECT_EQ(ledger_.times_finished(index), 1U) << "root " << index;
            EXPECT_EQ(ledger_.digest(index), static_cast<std::uint64_t>(expected(index))) << "root " << index;
        }
    }

    [[nodiscard]] const tasks::Ledger& ledger() const noexcept { return ledger_; }
    [[nodiscard]] Model& model() noexcept { return *model_; }

private:
    FunctionJob job_;
    tasks::Ledger ledger_;
    std::unique_ptr<Model> model_;
};

// The message of the exception that run() throws.
inline std::string thrown_by(Running& running) {
    try {
        running.run();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing";
}

// A test that runs with one model of the table and its default arguments (pools: two workers).
class ModelTest : public testing::TestWithParam<const Entry*> {
protected:
    static const Entry& entry() { return *GetParam(); }
};

// For INSTANTIATE_TEST_SUITE_P: all models of the table, or those that `wanted` accepts.
inline auto every_model() { return testing::ValuesIn(table().begin(), table().end()); }
template <class Wanted>
auto models_that(Wanted wanted) {
    std::vector<const Entry*> some;
    std::ranges::copy_if(table(), std::back_inserter(some), [&](const Entry* entry) { return wanted(*entry); });
    return testing::ValuesIn(some);
}
// A task runs while another waits.
inline bool runs_two_at_once(const Entry& entry) {
    return entry.tasks_at_once == nullptr || entry.tasks_at_once(tasks::complete(entry.parameters, {})) >= 2;
}
inline bool runs_two_with_events(const Entry& entry) { return runs_two_at_once(entry) && entry.shares_events; }
inline bool has_workers(const Entry& entry) {
    return std::ranges::find(entry.parameters, workers.name, &tasks::Parameter::name) != entry.parameters.end();
}
// As many workers, if it has any.
inline tasks::Arguments workers_for(const Entry& entry, std::int64_t count) {
    return has_workers(entry) ? tasks::Arguments{{"workers", count}} : tasks::Arguments{};
}
// Its descriptors may have numbers that do not fit into select's sets.
inline bool takes_high_descriptors(const Entry& entry) {
    return static_cast<bool>(
        entry.support({.tasks_at_once = 1, .descriptors_per_task = 2'000}, tasks::complete(entry.parameters, {})));
}
inline bool forks(const Entry& entry) { return entry.forks; }
// Every task runs on the thread that calls run(), and one can wait while another runs.
inline bool is_loop(const Entry& entry) {
    return entry.family == Family::coroutines || entry.family == Family::loops || entry.family == Family::completion ||
           entry.family == Family::fibers;
}
// A thread or a process for each task.
inline bool has_a_carrier_for_each_task(const Entry& entry) {
    return !has_workers(entry) && (entry.family == Family::threads || entry.family == Family::processes);
}
// The thread that calls run() carries tasks too: models with one loop, among them offload, and oneTBB's arena, which
// the caller enters.
inline bool caller_carries(const Entry& entry) {
    if (entry.name == "offload" || entry.name == "work_stealing") return true;
    return !has_workers(entry) && !has_a_carrier_for_each_task(entry);
}
// A duplicate of the socket, with the lowest free number that does not fit into select's sets.
inline sys::UniqueFd with_high_number(const sys::UniqueFd& socket) {
    return sys::UniqueFd{sys::check(::fcntl(socket.get(), F_DUPFD_CLOEXEC, FD_SETSIZE), "fcntl(F_DUPFD_CLOEXEC)")};
}
inline std::string name_of(const testing::TestParamInfo<const Entry*>& info) { return std::string{info.param->name}; }

}  // namespace models
