// Carrier: a fiber with its own stack for each task, on Boost.Fiber's scheduler and sleep queue.
// Wait mechanism: epoll, level-triggered. The library has no sockets; this model adds them by its own scheduling
// algorithm.
//
// If no fiber is ready, the algorithm waits in epoll until the library's next sleeper is due. Good for code that was
// written for threads: mutexes, condition variables and futures look the same. Its weaknesses: a stack for each task
// that lives, and everything may be resumed from other threads, which costs atomic operations.
#include <boost/fiber/context.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>
#include <exception>
#include <list>
#include <utility>

#include "models/fiber_stacks.h"
#include "models/loop/primitives.h"
#include "models/loop/readiness_operation.h"
#include "models/model.h"
#include "models/readiness/boost_fiber_loop.h"

namespace models {
namespace {

namespace fibers = boost::fibers;

class BoostFiberModel final : public Model {
public:
    BoostFiberModel(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger}, demand_{job.demand()} {
        // Boost.Fiber makes the scheduler of this thread here.
        fibers::context::active();
    }

    void run() override {
        const BoostFiberLoop::Use use{loop_};
        loop_.reactor().primitives().begin_run(demand_);
        try {
            for (std::size_t index = 0; index < job_.size(); ++index) start(nullptr, tasks::root(index));
        } catch (...) {
            loop_.failure() = std::current_exception();
        }
        while (!tasks_.empty() && !loop_.failure()) loop_.wait_in_main();
        if (!loop_.failure()) return;
        unwind();
        std::rethrow_exception(std::exchange(loop_.failure(), nullptr));
    }

    // Null: a root task, which its fiber makes.
    void start(std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to) {
        Driver& driver = tasks_.emplace_front(*this, std::move(task), reports_to);
        driver.place = tasks_.begin();
        try {
            fibers::fiber{std::allocator_arg, stacks_, [&driver] { driver.live(); }}.detach();
        } catch (...) {
            // There was no memory for a stack.
            tasks_.pop_front();
            throw;
        }
    }

private:
    // Thrown in a fiber to end it after the run has failed.
    struct Unwound {};

    // One task on its fiber.
    class Driver final : public CarriedTask {
    public:
        Driver(BoostFiberModel& model, std::unique_ptr<tasks::Task> task, LoopReportsTo reports_to)
            : CarriedTask{std::move(task), reports_to}, model_{model}, operation_{model.loop_.reactor()} {}

        void live() noexcept {
            fiber_ = fibers::context::active();
            try {
                live_and_throw();
            } catch (const Unwound&) {
            } catch (...) {
                fail();
            }
            try {
                operation_.forget_descriptors();
            } catch (...) {
                fail();
            }
            model_.end(*this);
        }
        // Called by the reactor, or by a task that wakes this one.
        void resume() override {
            suspended_ = false;
            fibers::context::active()->schedule(fiber_);
        }
        // Resumes the fiber early, whatever it waits for.
        void interrupt() {
            if (suspended_ || (fiber_ != nullptr && fiber_->sleep_is_linked())) resume();
        }

        std::list<Driver>::iterator place;  // its position in the model's list

    private:
        void live_and_throw() {
            require_no_failure();
            if (!has_task()) make_root(model_.job_);
            tasks::Result result{};
            for (;;) {
                tasks::Operation next = task().resume(result);
                if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                    report(*finish, model_.ledger_, model_.loop_.reactor());
                    model_.loop_.reactor().resume_posted();
                    break;
                }
                result = perform(next);
            }
        }
        void fail() noexcept {
            model_.loop_.failure() = std::current_exception();
            model_.loop_.resume_main();
        }
        void require_no_failure() const {
            if (model_.loop_.failure()) throw Unwound{};
        }
        // The library performs what it has a function for.
        tasks::Result perform(tasks::Operation& asked) {
            if (const auto* const sleep = std::get_if<tasks::Sleep>(&asked)) {
                boost::this_fiber::sleep_until(sleep->until);
            } else if (std::holds_alternative<tasks::Yield>(asked)) {
                boost::this_fiber::yield();
            } else {
                return std::visit(
                    [&]<class Asked>(const Asked& operation) {
                        if constexpr (OnPrimitive<Asked>) {
                            return perform_on_primitive(operation);
                        } else {
                            return perform_in_reactor(asked);
                        }
                    },
                    asked);
            }
            require_no_failure();
            return {};
        }
        // The library's mutexes belong to the fiber that locked them, and its channels hold one item less than a power
        // of two. So semaphores, channels and events are our own, and a fiber that goes on is given to its scheduler.
        template <OnPrimitive Asked>
        tasks::Result perform_on_primitive(const Asked& operation) {
            const bool done = model_.loop_.reactor().primitives().start(operation, *this, result_);
            model_.loop_.reactor().resume_posted();
            if (!done) suspend();
            return result_;
        }
        tasks::Result perform_in_reactor(tasks::Operation& asked) {
            bool done = operation_.start(asked, *this, model_);
            while (!done) {
                suspend();
                done = operation_.go_on(*this);
            }
            return operation_.result();
        }
        void suspend() {
            suspended_ = true;
            fibers::context::active()->suspend();
            require_no_failure();
        }

        BoostFiberModel& model_;
        LoopOperation operation_;
        fibers::context* fiber_ = nullptr;
        bool suspended_ = false;
        tasks::Result result_;  // of an operation on a primitive
    };

    // Each driver calls it last.
    void end(Driver& driver) noexcept {
        tasks_.erase(driver.place);
        if (tasks_.empty()) loop_.resume_main();
    }
    // After a failed run: ends every fiber, and with it its task and the task's sockets.
    void unwind() {
        for (Driver& driver : tasks_) driver.interrupt();
        while (!tasks_.empty()) loop_.wait_in_main();
    }

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    tasks::Demand demand_;
    BoostFiberLoop loop_;
    FiberStacks stacks_;
    std::list<Driver> tasks_;
};

}  // namespace

extern constinit const Entry boost_fiber_entry{
    .name = "boost_fiber",
    .family = Family::fibers,
    .carrier = "stack each (Boost.Fiber)",
    .wait_mechanism = "Boost.Fiber's scheduler over epoll",
    .summary = "a Boost.Fiber for each task, on that library's scheduler with epoll in it",
    .support = support_fiber_each,
    .make = make_model<BoostFiberModel>,
};

}  // namespace models
