#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/harness/case.h"
#include "bench/harness/harness.h"
#include "cpus.h"
#include "models/table.h"
#include "workloads/workload.h"

namespace bench {

// A case of a workload outside the table, with the model's default arguments.
inline Case case_of(const workloads::Entry& workload,
                    const models::Entry& model = models::find(models::default_model)) {
    return {&workload, &model, {}, tasks::complete(model.parameters, {})};
}

// Runs the case once. Returns what is wrong with the run, or "".
inline std::string verdict_on(const Case& what, sys::Nanoseconds patience = std::chrono::seconds{5}) {
    Harness harness{what, cpu_plan(), /*windows=*/2, patience};
    harness.prepare();
    harness.before_run();
    harness.run();
    return harness.after_run().reason;
}

// The classic models that hold any number of tasks at once, and so all connections of the tests.
inline std::vector<const models::Entry*> models_without_bound() {
    std::vector<const models::Entry*> found;
    for (const models::Entry* const model : models::table()) {
        if (model->classic && model->tasks_at_once == nullptr) found.push_back(model);
    }
    return found;
}

// Finishes at once.
class FinishedTask final : public tasks::Task {
public:
    explicit FinishedTask(tasks::Finish finish) : finish_{finish} {}
    tasks::Operation resume(tasks::Result) override { return finish_; }

private:
    tasks::Finish finish_;
};

// Calls `work`, then finishes.
class ComputingTask final : public tasks::Task {
public:
    explicit ComputingTask(void (*work)()) : work_{work} {}
    tasks::Operation resume(tasks::Result) override {
        if (std::exchange(asked_, true)) return tasks::Finish{0};
        return tasks::Compute{};
    }
    void compute() override { work_(); }

private:
    void (*work_)();
    bool asked_ = false;
};

// A workload of one task that finishes at once. Tests override what they need.
class SimpleWorkload : public workloads::Workload {
public:
    std::size_t size() const override { return 1; }
    std::unique_ptr<tasks::Task> make(std::size_t) const override {
        return std::make_unique<FinishedTask>(tasks::Finish{0});
    }
    tasks::Demand demand() const override { return {1, 0}; }
    workloads::Verdict verify(const tasks::Ledger& ledger) const override { return workloads::verify_finished(ledger); }
    workloads::Work work() const override { return {.units = 3, .bytes = 0, .fairness = {}}; }
};

// The same with a peer.
template <class AnyPeer>
class WithPeer final : public SimpleWorkload {
public:
    std::vector<std::unique_ptr<workloads::Workload>> make_peer(std::size_t) const override {
        std::vector<std::unique_ptr<workloads::Workload>> peer;
        peer.push_back(std::make_unique<AnyPeer>());
        return peer;
    }
};

// An entry outside the table.
template <class AnyWorkload>
constexpr workloads::Entry make_entry(std::string_view name) {
    return {.name = name,
            .group = workloads::Group::io,
            .unit = "unit",
            .summary = "a workload of the tests",
            .parameters = {},
            .points = {},
            .smoke = "",
            .make = [](const tasks::Arguments&, workloads::Acceptors) -> std::unique_ptr<workloads::Workload> {
                return std::make_unique<AnyWorkload>();
            }};
}

}  // namespace bench
