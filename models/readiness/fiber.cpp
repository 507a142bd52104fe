// Carrier: a stack for each task, switched in user space by Boost.Context (what gevent's greenlets are). Waiter: epoll,
// level-triggered, in the reactor that the epoll model has too.
//
// A task may wait wherever it is in its calls: nothing on the way has to be a coroutine. A switch saves a handful of
// registers; a fiber that has ended its task takes the next one, on the stack that it has (as folly's fibers do). Good
// for code that was written to block. Its weakness is a stack for each task that waits (64 KiB of address space here, a
// page of it real), and that a call which blocks in the kernel blocks everybody.
#include <sys/mman.h>

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "models/loop/pollers.h"
#include "models/loop/readiness_operation.h"
#include "models/loop/start_queue.h"
#include "models/loop/table_model.h"

namespace models {
namespace {

namespace context = boost::context;

// Memory for stacks, all of one size. They are kept, and used again, until this goes. Nothing of a stack is touched
// but by its fiber, so that one that waits near its top has one page of real memory (the library's own pool writes to
// the other end of each: two).
class Stacks {
public:
    [[nodiscard]] context::stack_context take() {
        if (left_ == 0) {
            // Not accounted for: of a million stacks hardly anything is real.
            void* const mapped = ::mmap(nullptr, per_chunk * bytes, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (mapped == MAP_FAILED) throw std::bad_alloc{};
            chunks_.emplace_back(static_cast<std::byte*>(mapped));
            left_ = per_chunk;
        }
        context::stack_context stack;
        stack.size = bytes;
        stack.sp = chunks_.back().get() + left_ * bytes;
        --left_;
        return stack;
    }

private:
    static constexpr std::size_t bytes = std::size_t{64} * 1024;
    static constexpr std::size_t per_chunk = 64;

    struct Unmapped {
        void operator()(std::byte* chunk) const noexcept { ::munmap(chunk, per_chunk * bytes); }
    };
    std::vector<std::unique_ptr<std::byte, Unmapped>> chunks_;
    std::size_t left_ = 0;  // in the last chunk
};

// The same, as the library asks for it.
struct StackAllocator {
    Stacks* stacks;
    [[nodiscard]] context::stack_context allocate() const { return stacks->take(); }
    void deallocate(context::stack_context&) const noexcept {}
};

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
        start_queue_.add(reactor_, std::move(task), id);
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
    class Fiber final : public Continuation {
    public:
        explicit Fiber(FiberModel& model)
            : model_{model}, stack_{std::allocator_arg, StackAllocator{&model.stacks_}, [this](context::fiber&& loop) {
                                        loop_ = std::move(loop);
                                        live();
                                        return std::move(loop_);
                                    }} {}
        Fiber(const Fiber&) = delete;
        Fiber& operator=(const Fiber&) = delete;
        ~Fiber() {
            // Without a task it goes by itself; with one, where a run has failed, by an exception through its stack:
            // what is there uses the rest. Then goes the task with its sockets.
            if (!task_) stack_ = std::move(stack_).resume();
        }

        void begin(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
            task_ = std::move(task);
            id_ = id;
            resume();
        }
        void resume() override {
            stack_ = std::move(stack_).resume();
            if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
            if (!finished_) return;
            // Not on the fiber's own stack: the less of that is touched, the more fibers a cache holds.
            task_.reset();
            model_.free_.push_back(this);
            --model_.alive_;
        }

    private:
        // On its own stack: one task after another, until it is resumed without any.
        void live() {
            // Not made anew for each: most of it is for sockets, and is not touched by a task that has none.
            LoopOperation operation{model_.reactor_};
            while (task_) {
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
                tasks::Operation next = task_->resume(result);
                if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                    model_.ledger_.finish(id_, *finish);
                    break;
                }
                bool done = operation.start(next, *task_, *this, model_);
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
        std::unique_ptr<tasks::Task> task_;
        tasks::TaskId id_{};
        bool finished_ = false;
        std::exception_ptr failure_;
        context::fiber loop_;
        context::fiber stack_;
    };

    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    Reactor reactor_;
    Stacks stacks_;
    StartQueue<FiberModel> start_queue_{*this};
    std::deque<Fiber> fibers_;  // never moved: the reactor points to them
    std::vector<Fiber*> free_;
    std::size_t alive_ = 0;
};

}  // namespace

extern constinit const Entry fiber_entry{
    .name = "fiber",
    .family = Family::fibers,
    .carrier = "stack each (Boost.Context)",
    .waiter = "epoll, level-triggered",
    .summary = "a stack for each task, switched in user space, on the epoll loop",
    .parameters = {},
    .support = support_one_process,
    .make = make_model<FiberModel>,
};

}  // namespace models
