#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "models/loop/frame_pool.h"
#include "models/loop/local_operations.h"
#include "models/loop/loop_model.h"
#include "models/loop/run_queue.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// Carrier: a C++20 coroutine frame for each task. Shared by coroutine (over a Reactor) and coroutine_uring (over a
// Ring).
template <class Loop, TaskOperation<Loop> Operation>
class CoroutineModel final : public LoopModel<CoroutineModel<Loop, Operation>> {
public:
    template <class... Arguments>
    CoroutineModel(const tasks::Job& job, tasks::Ledger& ledger, Arguments&&... loop)
        : LoopModel<CoroutineModel>{job, ledger}, loop_{std::in_place, std::forward<Arguments>(loop)...} {}
    // Destroys the frames that a failed run left, with their tasks and the tasks' sockets.
    ~CoroutineModel() override {
        // The loop first: until it is gone, the kernel may use the tasks' buffers.
        loop_.reset();
        while (frames_ != nullptr)
            std::coroutine_handle<typename Detached::promise_type>::from_promise(*frames_).destroy();
    }

    [[nodiscard]] Loop& loop() noexcept { return *loop_; }
    // Makes a frame for the task and runs it.
    void carry(std::unique_ptr<tasks::Task> task, tasks::TaskId id) { drive(std::move(task), id); }

private:
    // A coroutine without a caller that awaits it: it starts at once and destroys its frame when it ends. Until then
    // its frame is in the model's list.
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
            // Its matching operator new takes the coroutine's arguments.
            // NOLINTNEXTLINE(misc-new-delete-overloads)
            static void operator delete(void* frame) noexcept { FramePool::give_back(frame); }

            static Detached get_return_object() noexcept { return {}; }
            static std::suspend_never initial_suspend() noexcept { return {}; }
            static std::suspend_never final_suspend() noexcept { return {}; }
            static void return_void() noexcept {}
            static void unhandled_exception() { throw; }  // the exception reaches run() through the loop

        private:
            CoroutineModel& model_;
            promise_type* previous_ = nullptr;
            promise_type* next_;
        };
    };

    // Awaits one operation. The coroutine does not suspend if the operation is done at once.
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
                this->enter(id, *finished);
                break;
            }
            result = co_await Perform{*this, *task, performer, next};
        }
        performer.forget_descriptors();
        this->task_ended();
    }

    FramePool memory_;
    std::optional<Loop> loop_;
    typename Detached::promise_type* frames_ = nullptr;
};

}  // namespace models
