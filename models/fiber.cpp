// Carrier: a stack for each task, switched in user space by Boost.Context (what gevent's greenlets are). Waiter: epoll,
// level-triggered, in the reactor that the epoll model has too.
//
// A task may wait wherever it is in its calls: nothing on the way has to be a coroutine. A switch saves a handful of
// registers; stacks come from a pool. Good for code that was written to block. Its weakness is a stack for each task
// that waits (64 KiB of address space here, some pages of it real), and that a call which blocks in the kernel
// blocks everybody.
#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <exception>
#include <list>
#include <utility>

#include "models/event_loop.h"
#include "models/loop_operation.h"
#include "models/pollers.h"

namespace models {
namespace {

namespace context = boost::context;

class FiberModel final : public Model {
public:
    FiberModel(const tasks::Job& job, tasks::Ledger& ledger)
        : job_{job}, ledger_{ledger}, reactor_{make_epoll_poller()} {}

    void run() override {
        reactor_.clear_events();
        for (std::size_t index = 0; index < job_.size(); ++index) start(job_.make(index), tasks::root(index));
        while (!fibers_.empty()) {
            reactor_.turn();
            ended_.clear();
        }
    }

    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        fibers_.emplace_front(*this, std::move(task), id);
        fibers_.front().place = fibers_.begin();
        reactor_.soon(fibers_.front());
    }

private:
    // A task on its stack. Woken by the reactor; leaves its stack where it has to wait.
    class Fiber final : public Waiter {
    public:
        Fiber(FiberModel& model, std::unique_ptr<tasks::Task> task, tasks::TaskId id)
            : model_{model}, task_{std::move(task)}, id_{id}, operation_{model.reactor_} {}
        Fiber(const Fiber&) = delete;
        Fiber& operator=(const Fiber&) = delete;
        // What a failed run left unwinds its stack first, and then goes its task with its sockets.
        ~Fiber() = default;

        void wake() override {
            // It gets its stack with its first turn: those who end at once use the same one after another.
            if (!fiber_) fiber_ = make_stack();
            fiber_ = std::move(fiber_).resume();
            if (failure_) std::rethrow_exception(failure_);
            if (!fiber_) model_.ended_.splice(model_.ended_.begin(), model_.fibers_, place);
        }

        std::list<Fiber>::iterator place;  // in the model's list

    private:
        context::fiber make_stack() {
            return {std::allocator_arg, model_.stacks_, [this](context::fiber&& loop) {
                        loop_ = std::move(loop);
                        live();
                        return std::move(loop_);
                    }};
        }
        // On its own stack.
        void live() {
            try {
                tasks::Outcome outcome{};
                for (;;) {
                    tasks::Operation next = task_->resume(outcome);
                    if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                        model_.ledger_.finish(id_, *finish);
                        break;
                    }
                    outcome = perform(next);
                }
                operation_.forget_descriptors();
                task_.reset();
            } catch (const context::detail::forced_unwind&) {
                throw;
            } catch (...) {
                failure_ = std::current_exception();
            }
        }
        tasks::Outcome perform(tasks::Operation& asked) {
            bool done = operation_.start(asked, *task_, *this, model_);
            while (!done) {
                loop_ = std::move(loop_).resume();
                done = operation_.go_on(*this);
            }
            return operation_.outcome();
        }

        FiberModel& model_;
        std::unique_ptr<tasks::Task> task_;
        tasks::TaskId id_;
        LoopOperation operation_;
        std::exception_ptr failure_;
        context::fiber loop_;
        context::fiber fiber_;  // ended first: what is on its stack uses the rest
    };

    static constexpr std::size_t stack_bytes = 64 * 1024;

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    Reactor reactor_;
    context::pooled_fixedsize_stack stacks_{stack_bytes};
    std::list<Fiber> fibers_;
    std::list<Fiber> ended_;  // in this turn: a fiber cannot go while it is being woken
};

}  // namespace

extern const Entry fiber;
constinit const Entry fiber{
    .name = "fiber",
    .family = Family::fibers,
    .carrier = "stack each (Boost.Context)",
    .waiter = "epoll, level-triggered",
    .summary = "a stack for each task, switched in user space, on the epoll loop",
    .parameters = {},
    .support = support_one_process,
    .make = [](const tasks::Job& job, tasks::Ledger& ledger, const tasks::Sizes&) -> std::unique_ptr<Model> {
        return std::make_unique<FiberModel>(job, ledger);
    },
};

}  // namespace models
