// Carrier: a stack for each task, switched in user space by Boost.Context (like gevent's greenlets). Wait mechanism:
// epoll, level-triggered, in the same Reactor as the model epoll.
//
// A task may wait anywhere in its calls: no function between needs to be a coroutine. A switch saves a few registers. A
// fiber whose task has ended takes the next task on the same stack (as folly's fibers do). Good for code that was
// written to block. Its weaknesses: a stack for each waiting task (64 KiB of address space here and a guard below, of
// which one page is real memory), and a call that blocks in the kernel blocks all tasks.
#include <boost/context/fiber.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "models/fiber_stacks.h"
#include "models/loop/loop_model.h"
#include "models/loop/object_pool.h"
#include "models/loop/pollers.h"
#include "models/loop/reactor.h"
#include "models/loop/readiness_operation.h"

namespace models {
namespace {

namespace context = boost::context;

class FiberModel final : public LoopModel<FiberModel> {
public:
    FiberModel(const tasks::Job& job, tasks::Ledger& ledger) : LoopModel{job, ledger}, reactor_{make_epoll_poller()} {}

    [[nodiscard]] Reactor& loop() noexcept { return reactor_; }
    // Gives a task a fiber and runs it.
    void carry(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        fibers_.take(*this).begin(std::move(task), reports_to);
    }

private:
    // A fiber: it runs one task after another on its stack, and leaves the stack when the task waits. The reactor
    // resumes it.
    class Fiber final : public CarriedTask {
    public:
        explicit Fiber(FiberModel& model)
            : model_{model}, stack_{std::allocator_arg, model.stacks_, [this](context::fiber&& loop) {
                                        loop_ = std::move(loop);
                                        live();
                                        return std::move(loop_);
                                    }} {}
        Fiber(const Fiber&) = delete;
        Fiber& operator=(const Fiber&) = delete;
        ~Fiber() {
            // Without a task: live() returns. With a task (the run has failed): the library ends live() by an exception
            // through the stack, while the members that live() uses still exist; then the task and its sockets are
            // destroyed.
            if (!has_task()) stack_ = std::move(stack_).resume();
        }

        void begin(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
            take(std::move(task), reports_to);
            resume();
        }
        void resume() override {
            stack_ = std::move(stack_).resume();
            if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
            if (!finished_) return;
            // Here, not on the fiber's own stack: the less of each stack is touched, the more fibers fit into the
            // cache.
            destroy_task();
            model_.fibers_.give_back(*this);
            model_.task_ended();
        }

    private:
        // Runs on the fiber's stack: one task after another, until it is resumed without a task.
        void live() {
            // One for all tasks: most of it is for sockets, and a task without sockets does not touch it.
            LoopOperation operation{model_.reactor_};
            while (has_task()) {
                try {
                    run_task(operation);
                } catch (const context::detail::forced_unwind&) {
                    throw;
                } catch (...) {
                    failure_ = std::current_exception();
                }
                wait();
            }
        }
        void run_task(LoopOperation& operation) {
            finished_ = false;
            tasks::Result result{};
            for (;;) {
                tasks::Operation next = task().resume(result);
                if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                    report(*finish, model_.ledger(), model_.reactor_);
                    break;
                }
                bool done = operation.start(next, *this, model_);
                while (!done) {
                    wait();
                    done = operation.go_on(*this);
                }
                result = operation.result();
            }
            operation.forget_descriptors();
            finished_ = true;
        }
        void wait() { loop_ = std::move(loop_).resume(); }

        FiberModel& model_;
        bool finished_ = false;
        std::exception_ptr failure_;
        context::fiber loop_;
        context::fiber stack_;
    };

    Reactor reactor_;
    FiberStacks stacks_;
    ObjectPool<Fiber> fibers_;
};

}  // namespace

extern constinit const Entry fiber_entry{
    .name = "fiber",
    .family = Family::fibers,
    .carrier = "stack each (Boost.Context)",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "a stack for each task, switched in user space, on the epoll loop",
    .support = support_fiber_each,
    .make = make_model<FiberModel>,
};

}  // namespace models
