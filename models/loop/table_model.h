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
    void carry(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        slots_.take(*this).begin(std::move(task), reports_to);
    }

private:
    class Slot final : public CarriedTask {
    public:
        explicit Slot(TableModel& model) : model_{model}, operation_{model.loop_} {}
        void begin(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
            take(std::move(task), reports_to);
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
                tasks::Operation next = task().resume(operation_.result());
                if (const auto* const finished = std::get_if<tasks::Finish>(&next)) return finish(*finished);
                if (!operation_.start(next, *this, model_)) return;
            }
        }
        void finish(const tasks::Finish& finish) {
            report(finish, model_.ledger(), model_.loop_);
            operation_.forget_descriptors();
            destroy_task();
            model_.slots_.give_back(*this);
            model_.task_ended();
        }

        TableModel& model_;
        Operation operation_;
    };

    ObjectPool<Slot> slots_;
    Loop loop_;  // destroyed first: until then the kernel may use the tasks' buffers
};

using EventLoop = TableModel<Reactor, LoopOperation>;
extern template class TableModel<Reactor, LoopOperation>;

// For Entry::make: an event loop over a poller of this type.
template <class AnyPoller>
std::unique_ptr<Model> make_event_loop(const tasks::Job& job, tasks::Ledger& ledger,
                                       const tasks::Arguments& arguments) {
    auto model = std::make_unique<EventLoop>(job, ledger, std::make_unique<AnyPoller>());
    model->set_order(start_order(arguments));
    return model;
}

}  // namespace models
