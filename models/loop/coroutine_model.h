#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "models/loop/frame_pool.h"
#include "models/loop/run_queue.h"
#include "models/loop/start_queue.h"
#include "models/model.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Carrier: a C++20 coroutine frame for each task. Shared by coroutine (over a Reactor) and coroutine_uring (over a
// Ring).
//
// Loop: a Reactor or a Ring. Operation: how one task's operations are performed on it.
template <class Loop, class Operation>
class CoroutineModel final : public Model {
public:
    template <class... Arguments>
    CoroutineModel(const tasks::Job& job, tasks::Ledger& ledger, Arguments&&... loop)
        : job_{job}, ledger_{ledger}, loop_{std::in_place, std::forward<Arguments>(loop)...} {}
    // What a failed run left: with the frames go the tasks, and with them their sockets.
    ~CoroutineModel() override {
        // Until then the kernel may hold what the tasks lent it.
        loop_.reset();
        while (frames_ != nullptr)
            std::coroutine_handle<typename Detached::promise_type>::from_promise(*frames_).destroy();
    }

    void run() override { run_part(0, 1); }
    // Every `step`-th root from `first` on: where several loops share a job.
    void run_part(std::size_t first, std::size_t step) {
        loop_->clear_events();
        for (std::size_t index = first; index < job_.size(); index += step) start(job_.make(index), tasks::root(index));
        while (alive_ > 0) loop_->turn();
    }

    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        ++alive_;
        start_queue_.add(*loop_, std::move(task), id);
    }
    // A task's frame, at its first turn.
    void begin(std::unique_ptr<tasks::Task> task, tasks::TaskId id) { drive(std::move(task), id); }

private:
    // Nobody waits for it: it starts by itself, what it waits for resumes it, and its frame goes when it ends. Until
    // then it stands in the model's list of frames.
    struct Detached {
        struct promise_type {
            promise_type(CoroutineModel& model, const std::unique_ptr<tasks::Task>&, tasks::TaskId) noexcept
                : model_{model}, next_{model.frames_} {
                if (next_ != nullptr) next_->previous_ = this;
                model.frames_ = this;
            }
            ~promise_type() {
                (previous_ != nullptr ? previous_->next_ : model_.frames_) = next_;
                if (next_ != nullptr) next_->previous_ = previous_;
            }
            promise_type(const promise_type&) = delete;
            promise_type& operator=(const promise_type&) = delete;

            static void* operator new(std::size_t bytes, CoroutineModel& model, const std::unique_ptr<tasks::Task>&,
                                      tasks::TaskId) {
                return model.memory_.take(bytes);
            }
            // Its partner has the coroutine's arguments.
            // NOLINTNEXTLINE(misc-new-delete-overloads)
            static void operator delete(void* frame) noexcept { FramePool::give_back(frame); }

            static Detached get_return_object() noexcept { return {}; }
            static std::suspend_never initial_suspend() noexcept { return {}; }
            static std::suspend_never final_suspend() noexcept { return {}; }
            static void return_void() noexcept {}
            static void unhandled_exception() { throw; }  // to run(), through the reactor

        private:
            CoroutineModel& model_;
            promise_type* previous_ = nullptr;
            promise_type* next_;
        };
    };

    // Performs an operation; the coroutine goes on when it is done, at once where nothing had to be waited for.
    struct Perform final : Continuation {
        Perform(CoroutineModel& model, tasks::Task& task, Operation& performer, tasks::Operation& asked)
            : model_{model}, task_{task}, performer_{performer}, asked_{asked} {}
        bool await_ready() { return performer_.start(asked_, task_, *this, model_); }
        void await_suspend(std::coroutine_handle<> handle) noexcept { parked_ = handle; }
        [[nodiscard]] tasks::Result await_resume() const noexcept { return performer_.result(); }
        void resume() override {
            if (performer_.go_on(*this)) parked_.resume();
        }

    private:
        CoroutineModel& model_;
        tasks::Task& task_;
        Operation& performer_;
        tasks::Operation& asked_;
        std::coroutine_handle<> parked_;
    };

    Detached drive(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        Operation performer{*loop_};
        tasks::Result result{};
        for (;;) {
            tasks::Operation next = task->resume(result);
            if (const auto* const finished = std::get_if<tasks::Finish>(&next)) {
                ledger_.finish(id, *finished);
                break;
            }
            result = co_await Perform{*this, *task, performer, next};
        }
        performer.forget_descriptors();
        --alive_;
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    FramePool memory_;
    std::optional<Loop> loop_;
    StartQueue<CoroutineModel> start_queue_{*this};
    typename Detached::promise_type* frames_ = nullptr;
    std::size_t alive_ = 0;
};

}  // namespace models
