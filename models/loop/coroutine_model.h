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

// What the coroutine of a task awaits.
struct NextWait {};

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
        memory_.for_each_taken([](void* frame) { std::coroutine_handle<>::from_address(frame).destroy(); });
    }

    [[nodiscard]] Loop& loop() noexcept { return *loop_; }
    // Makes a frame for the task and runs it.
    void carry(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        beginning_ = std::move(task);
        beginning_reports_to_ = reports_to;
        drive();
    }

private:
    // A coroutine without a caller that awaits it: it starts at once and destroys its frame when it ends. All that a
    // task needs while it waits lies in its promise, so that a million waiting tasks fit into little memory: what the
    // compiler would keep in the frame for each co_await, it keeps there once.
    struct Detached {
        class promise_type final : public CarriedTask {
        public:
            explicit promise_type(CoroutineModel& model) noexcept
                : CarriedTask{std::move(model.beginning_), model.beginning_reports_to_},
                  model_{model},
                  performer_{*model.loop_} {}
            promise_type(const promise_type&) = delete;
            promise_type& operator=(const promise_type&) = delete;

            static void* operator new(std::size_t bytes, CoroutineModel& model) { return model.memory_.take(bytes); }
            // Its matching operator new takes the coroutine's arguments.
            // NOLINTNEXTLINE(misc-new-delete-overloads)
            static void operator delete(void* frame) noexcept { FramePool::give_back(frame); }

            static Detached get_return_object() noexcept { return {}; }
            static std::suspend_never initial_suspend() noexcept { return {}; }
            static std::suspend_never final_suspend() noexcept { return {}; }
            static void return_void() noexcept {}
            static void unhandled_exception() { throw; }  // the exception reaches run() through the loop

            // The operation that the task waits for has got on.
            void resume() override {
                if (performer_.go_on(*this)) std::coroutine_handle<promise_type>::from_promise(*this).resume();
            }

            // co_await NextWait{}: performs the task's operations up to the next one that has to wait, and suspends
            // there; the result says whether the task has finished instead.
            [[nodiscard]] auto await_transform(NextWait) noexcept { return Awaiter{*this}; }

        private:
            struct Awaiter {
                promise_type& promise;
                bool await_ready() { return promise.run(); }
                static void await_suspend(std::coroutine_handle<>) noexcept {}
                [[nodiscard]] bool await_resume() const noexcept { return !promise.has_task(); }
            };
            // True: the task has finished. False: it waits.
            bool run() {
                for (;;) {
                    tasks::Operation next = task().resume(performer_.result());
                    if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                        report(*finish, model_.ledger(), *model_.loop_);
                        performer_.forget_descriptors();
                        destroy_task();
                        model_.task_ended();
                        return true;
                    }
                    if (!performer_.start(next, *this, model_)) return false;
                }
            }

            CoroutineModel& model_;
            Operation performer_;
        };
    };

    Detached drive() {
        // Not in the loop's condition: g++ 12 compiles that to an illegal instruction.
        for (;;) {
            const bool finished = co_await NextWait{};
            if (finished) break;
        }
    }

    FramePool memory_;
    std::optional<Loop> loop_;
    // What the next frame takes. Arguments of the coroutine would stay in its frame.
    std::unique_ptr<tasks::Task> beginning_;
    LoopReportsTo beginning_reports_to_ = tasks::TaskId::spawned;
};

}  // namespace models
