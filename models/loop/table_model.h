#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "models/loop/reactor.h"
#include "models/loop/readiness_operation.h"
#include "models/loop/start_queue.h"
#include "models/model.h"

namespace models {

// Carrier: nothing but the loop's table. One thread drives every task as a state machine; an entry of the table is
// the task, the operation it waits for, and no stack. Shared by nonblocking, select, poll and epoll (over a Reactor,
// and different in their Poller alone) and by io_uring (over a Ring).
//
// Loop: a Reactor or a Ring. Operation: how one task's operations are performed on it.
template <class Loop, class Operation>
class TableModel final : public Model {
public:
    template <class... Arguments>
    TableModel(const tasks::Job& job, tasks::Ledger& ledger, Arguments&&... loop)
        : job_{job}, ledger_{ledger}, loop_{std::forward<Arguments>(loop)...} {}

    void run() override { run_part(0, 1); }
    // Every `step`-th root from `first` on: where several loops share a job.
    void run_part(std::size_t first, std::size_t step) {
        loop_.clear_events();
        for (std::size_t index = first; index < job_.size(); index += step) start(job_.make(index), tasks::root(index));
        while (alive_ > 0) loop_.turn();
    }

    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        ++alive_;
        start_queue_.add(loop_, std::move(task), id);
    }
    // Puts a task into the table, at its first turn.
    void begin(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        if (free_.empty()) free_.push_back(&slots_.emplace_back(*this));
        Slot& slot = *free_.back();
        free_.pop_back();
        slot.begin(std::move(task), id);
    }

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
        // Until the task has to wait, or is done.
        void run_task() {
            for (;;) {
                tasks::Operation next = task_->resume(operation_.result());
                if (const auto* const finished = std::get_if<tasks::Finish>(&next)) return finish(*finished);
                if (!operation_.start(next, *task_, *this, model_)) return;
            }
        }
        void finish(const tasks::Finish& finish) {
            model_.ledger_.finish(id_, finish);
            operation_.forget_descriptors();
            task_.reset();
            model_.free_.push_back(this);
            --model_.alive_;
        }

        TableModel& model_;
        std::unique_ptr<tasks::Task> task_;
        tasks::TaskId id_{};
        Operation operation_;
    };

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    std::deque<Slot> slots_;  // never moved: the loop points to them
    std::vector<Slot*> free_;
    std::size_t alive_ = 0;
    StartQueue<TableModel> start_queue_{*this};
    Loop loop_;  // ended first: until then the kernel may hold what the tasks lent it
};

using EventLoop = TableModel<Reactor, LoopOperation>;
extern template class TableModel<Reactor, LoopOperation>;

// For the table: an event loop over a poller of this type.
template <class AnyPoller>
std::unique_ptr<Model> make_event_loop(const tasks::Job& job, tasks::Ledger& ledger, const tasks::Arguments&) {
    return std::make_unique<EventLoop>(job, ledger, std::make_unique<AnyPoller>());
}

}  // namespace models
