#pragma once

#include <memory>
#include <utility>

#include "models/loop/loop_model.h"
#include "models/loop/object_pool.h"
#include "models/loop/reactor.h"
#include "models/loop/readiness_operation.h"
#include "models/model.h"

namespace models {

// Carrier: an entry of the loop's table (the task and its operation, no stack). One thread drives every task as a state
// machine. Shared by nonblocking, select, poll and epoll (over a Reactor; only their Poller differs), by io_uring (over
// a Ring) and by the C libraries.
template <class Loop, TaskOperation<Loop> Operation>
class TableModel final : public LoopModel<TableModel<Loop, Operation>> {
public:
    template <class... Arguments>
    TableModel(const tasks::Job& job, tasks::Ledger& ledger, Arguments&&... loop)
        : LoopModel<TableModel>{job, ledger}, loop_{std::forward<Arguments>(loop)...} {}

    [[nodiscard]] Loop& loop() noexcept { return loop_; }
    // Puts a task into the table and runs it.
    void carry(std::unique_ptr<tasks::Task> task, tasks::TaskId id) { slots_.take(*this).begin(std::move(task), id); }

private:
    class Slot final : public Continuation {
    public:
        explicit Slot(TableModel& model) : model_{model}, operation_{model.loop_} {}
        void begin(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
            task_ = std::move(task);
            id_ = id;
            operation_ = Operation{model_.loop_};
            run_task();
        }
        void resume() override {
            if (operation_.go_on(*this)) run_task();
        }

    private:
        // Returns when the task has to wait, or has finished.
        void run_task() {
            for (;;) {
                tasks::Operation next = task_->resume(operation_.result());
                if (const auto* const finished = std::get_if<tasks::Finish>(&next)) return finish(*finished);
                if (!operation_.start(next, *task_, *this, model_)) return;
            }
        }
        void finish(const tasks::Finish& finish) {
            model_.enter(id_, finish);
            operation_.forget_descriptors();
            task_.reset();
            model_.slots_.give_back(*this);
            model_.task_ended();
        }

        TableModel& model_;
        std::unique_ptr<tasks::Task> task_;
        tasks::TaskId id_{};
        Operation operation_;
    };

    ObjectPool<Slot> slots_;
    Loop loop_;  // destroyed first: until then the kernel may use the tasks' buffers
};

using EventLoop = TableModel<Reactor, LoopOperation>;
extern template class TableModel<Reactor, LoopOperation>;

// For Entry::make: an event loop over a poller of this type.
template <class AnyPoller>
std::unique_ptr<Model> make_event_loop(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) {
    return std::make_unique<EventLoop>(job, ledger, std::make_unique<AnyPoller>());
}

}  // namespace models
