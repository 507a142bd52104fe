// Carrier: a stack for each task, switched in user space by Boost.Context (what gevent's greenlets are). Waiter: epoll,
// level-triggered, in the reactor that the epoll model has too.
//
// A task may wait wherever it is in its calls: nothing on the way has to be a coroutine. A switch saves a handful of
// registers; stacks come from a pool. Good for code that was written to block. Its weakness is a stack for each task
// that waits (64 KiB of address space here, some pages of it real), and that a call which blocks in the kernel
// blocks everybody.
#include <boost/context/fiber.hpp>
#include <boost/context/pooled_fixedsize_stack.hpp>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

#include "models/beginning.h"
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
        while (alive_ > 0) reactor_.turn();
    }

    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        ++alive_;
        beginning_.add(reactor_, std::move(task), id);
    }
    // Gives a task its stack, at its first turn.
    void begin(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        if (free_.empty()) free_.push_back(&fibers_.emplace_back(*this));
        Fiber& fiber = *free_.back();
        free_.pop_back();
        fiber.begin(std::move(task), id);
    }

private:
    // A stack, for one task after another. Woken by the reactor; leaves its stack where it has to wait.
    class Fiber final : public Waiter {
    public:
        explicit Fiber(FiberModel& model) : model_{model}, operation_{model.reactor_} {}

        void begin(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
            task_ = std::move(task);
            id_ = id;
            operation_ = LoopOperation{model_.reactor_};
            stack_ = {std::allocator_arg, model_.stacks_, [this](context::fiber&& loop) {
                          loop_ = std::move(loop);
                          live();
                          return std::move(loop_);
                      }};
            wake();
        }
        void wake() override {
            stack_ = std::move(stack_).resume();
            if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
            if (stack_) return;
            model_.free_.push_back(this);
            --model_.alive_;
        }

    private:
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
        tasks::TaskId id_{};
        LoopOperation operation_;
        std::exception_ptr failure_;
        context::fiber loop_;
        // Ended first, where a run has failed: what is on its stack uses the rest. Then goes the task with its sockets.
        context::fiber stack_;
    };

    static constexpr std::size_t stack_bytes = std::size_t{64} * 1024;

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    Reactor reactor_;
    context::pooled_fixedsize_stack stacks_{stack_bytes};
    Beginning<FiberModel> beginning_{*this};
    std::deque<Fiber> fibers_;  // never moved: the reactor points to them
    std::vector<Fiber*> free_;
    std::size_t alive_ = 0;
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
