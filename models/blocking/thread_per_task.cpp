// Carrier: a thread for each task. Wait mechanism: blocking in the call.
//
// The kernel keeps a task's state on a stack of its own (8 MiB of address space, of which two pages or more are real
// memory) and schedules the threads over all CPUs. Good for some hundred tasks that block often, and the simplest code.
// Its weaknesses: every task, however short, pays for a thread (20-100 us to start and end), and the number of threads
// is limited (RLIMIT_NPROC, vm.max_map_count). The C library keeps 40 MiB of stacks for the next threads: five of the
// default size, but six hundred of 64 KiB, which makes a thread cheaper (argument stack_kib).
#include <condition_variable>
#include <list>
#include <mutex>
#include <vector>

#include "models/blocking/blocking_model.h"
#include "models/blocking/counted_children.h"
#include "models/model.h"
#include "sys/thread.h"

namespace models {
namespace {

constexpr tasks::Parameter stack_kib{
    "stack_kib", 0, 0, 1'048'576, "size of a thread's stack in KiB; 0 is the system's default", true};
constexpr tasks::Parameter parameters[] = {stack_kib};

class ThreadPerTask final : public BlockingModel {
public:
    ThreadPerTask(const tasks::Job& job, tasks::Ledger& ledger, std::size_t stack_bytes)
        : BlockingModel{job, ledger, sys::Sharing::within_process}, stack_bytes_{stack_bytes} {}

    using Children = ThreadChildren;
    tasks::Result spawn(std::unique_ptr<tasks::Task> task) {
        return result_of([&] {
            start([this, owned = std::move(task)](Carriers::Carrier& carrier) {
                Children children;
                carrier.carry([&] { run_task(*owned, tasks::TaskId::spawned, children, *this); });
            });
        });
    }
    tasks::Result spawn_child(std::unique_ptr<tasks::Task> task, Children& siblings) {
        const tasks::Result started = result_of([&] {
            start([this, owned = std::move(task), &siblings](Carriers::Carrier& carrier) {
                carry_child(carrier, *owned, siblings, *this);
            });
        });
        if (!started.failed()) siblings.child_started(primitives());
        return started;
    }
    tasks::Result join(Children& children) { return children.join(carriers().abandonment()); }

private:
    using Threads = std::list<sys::Thread>;

    void run_roots() override {
        try {
            for (std::size_t index = 0; index < job().size(); ++index) {
                start([this, index](Carriers::Carrier& carrier) {
                    Children children;
                    carrier.carry([&] { run_root(index, children, *this); });
                });
            }
        } catch (...) {
            // Those that run may wait for the task that has no thread.
            carriers().abandon(std::current_exception());
        }
        std::unique_lock lock{mutex_};
        all_ended_.wait(lock, [this] { return running_ == 0; });
        const Threads ended = take_ended();
        lock.unlock();
        carriers().rethrow_failure();
    }

    // `body` makes a root task, or owns a spawned one, and carries it.
    template <class Body>
    void start(Body body) {
        // Threads that have ended are joined as others start: a thread keeps its stack until it is joined, and the
        // number of stacks is limited.
        Threads ended;
        const std::scoped_lock lock{mutex_};
        ended = take_ended();
        const auto place = threads_.emplace(threads_.end());
        try {
            *place = sys::Thread{stack_bytes_, [this, place, body = std::move(body)] {
                                     Carriers::Carrier carrier{carriers()};
                                     body(carrier);
                                     end(place);
                                 }};
        } catch (...) {
            threads_.erase(place);
            throw;
        }
        ++running_;
    }
    // Each thread calls it last.
    void end(Threads::iterator place) {
        const std::scoped_lock lock{mutex_};
        ended_.push_back(place);
        if (--running_ == 0) all_ended_.notify_one();
    }
    [[nodiscard]] Threads take_ended() {
        Threads taken;
        for (const Threads::iterator place : ended_) taken.splice(taken.end(), threads_, place);
        ended_.clear();
        return taken;
    }

    std::size_t stack_bytes_;  // 0: the system's default
    std::mutex mutex_;
    std::condition_variable all_ended_;
    std::size_t running_ = 0;               // this and the next two are guarded by mutex_
    std::vector<Threads::iterator> ended_;  // positions in threads_; to be joined
    Threads threads_;                       // destroyed first: they use the members above
};

}  // namespace

extern constinit const Entry thread_per_task_entry{
    .name = "thread_per_task",
    .family = Family::threads,
    .carrier = "thread each",
    .wait_mechanism = "blocking",
    .summary = "a thread for each task",
    .parameters = parameters,
    .support = support_thread_each,
    .make = [](const tasks::Job& job, tasks::Ledger& ledger,
               const tasks::Arguments& arguments) -> std::unique_ptr<Model> {
        const auto kib = static_cast<std::size_t>(arguments.value_or(stack_kib.name, stack_kib.fallback));
        return std::make_unique<ThreadPerTask>(job, ledger, 1024 * kib);
    },
    .classic = true,
};

}  // namespace models
