#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "models/abandonment.h"
#include "models/loop/carried_task.h"
#include "models/loop/run_queue.h"
#include "models/loop/start_queue.h"
#include "models/model.h"
#include "tasks/block.h"
#include "tasks/job.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// One loop on one thread. run_once() resumes what is ready, and waits if nothing is.
template <class Loop>
concept TaskLoop = std::derived_from<std::remove_reference_t<Loop>, RunQueue> && requires(Loop& loop) {
    loop.run_once();
};

// carry() gives a task its carrier (an entry of a table, a frame, a stack) and runs it until it waits.
template <class Model>
concept CarriesTasks = requires(Model& model, std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
    { model.loop() } -> TaskLoop;
    model.carry(std::move(task), reports_to);
};

// The base of models with one loop: it starts tasks and runs the loop until no task is left. The derived class must
// satisfy CarriesTasks.
template <class Derived>
class LoopModel : public Model {
public:
    void run() override { run_part(0, 1); }
    // Runs the root tasks of block `part` of `parts`: several loops divide a job among them.
    void run_part(std::size_t part, std::size_t parts) {
        begin_part(part, parts);
        while (alive_ > 0) derived().loop().run_once();
    }
    // The same; returns early if the run is abandoned, because another loop has failed.
    void run_part(std::size_t part, std::size_t parts, const Abandonment& abandonment) {
        begin_part(part, parts);
        while (alive_ > 0 && !abandonment.has_begun()) derived().loop().run_once();
    }
    // Before the first run. Breadth first if nobody calls it.
    void set_order(StartOrder order) noexcept { start_queue_.set_order(order); }
    // Null: a root task, which is made when it begins.
    void start(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        ++alive_;
        start_queue_.add(std::move(task), reports_to);
    }
    [[nodiscard]] RunQueue& run_queue() noexcept { return derived().loop(); }
    void begin(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        if (!task) task = job_.make(static_cast<std::size_t>(reports_to.id()));
        derived().carry(std::move(task), reports_to);
    }

protected:
    LoopModel(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger}, demand_{job.demand()} {}
    [[nodiscard]] tasks::Ledger& ledger() noexcept { return ledger_; }
    void task_ended() noexcept { --alive_; }

private:
    [[nodiscard]] Derived& derived() noexcept { return static_cast<Derived&>(*this); }
    void begin_part(std::size_t part, std::size_t parts) {
        static_assert(CarriesTasks<Derived>);
        derived().loop().primitives().begin_run(demand_);
        const tasks::Block block = tasks::block_of(job_.size(), part, parts);
        for (std::size_t index = block.first; index < block.end; ++index) start(nullptr, tasks::root(index));
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    tasks::Demand demand_;
    std::size_t alive_ = 0;
    StartQueue<LoopModel> start_queue_{*this};
};

}  // namespace models
