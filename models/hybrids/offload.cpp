// Carrier: a C++20 coroutine frame for each task on one loop; N threads compute and use files. Wait mechanism: epoll,
// level-triggered; what a thread has finished comes back through an eventfd.
//
// Like asyncio's run_in_executor: tasks wait on the loop, and a pool has what would block the loop, so that neither a
// computation nor a slow disk delays the connections. Good for servers with some heavy requests. Its weakness: two
// hand-overs between threads for each computation, and for each operation on a file, however short.
#include <sys/eventfd.h>
#include <unistd.h>

#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "models/loop/coroutine_model.h"
#include "models/loop/file_calls.h"
#include "models/loop/pollers.h"
#include "models/loop/readiness_operation.h"
#include "sys/check.h"
#include "sys/unique_fd.h"

namespace models {
namespace {

// Whether it would keep the loop's thread from all other tasks.
bool blocks_a_loop(const tasks::Operation& operation) {
    return std::visit(
        []<class Asked>(const Asked&) { return std::same_as<Asked, tasks::Compute> || tasks::OnFile<Asked>; },
        operation);
}

// A reactor whose tasks compute and use files on threads.
class OffloadLoop final : public Reactor, private Continuation {
public:
    // If a thread does not start, the destructor stops the others: the constructor below has ended by then.
    explicit OffloadLoop(std::size_t workers) : OffloadLoop{} {
        for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
    }
    ~OffloadLoop() {
        {
            const std::scoped_lock lock{mutex_};
            stopping_ = true;
        }
        handed_out_.notify_all();
        threads_.clear();
    }

    // A thread performs what blocks a loop, and sets the result; then the loop resumes the carrier.
    void hand_out(tasks::Operation operation, CarriedTask& carried, tasks::Result& result) {
        if (outstanding_++ == 0) wait_ready(Readiness::readable, returned_fd_.get(), *this);
        {
            const std::scoped_lock lock{mutex_};
            jobs_.push_back({std::move(operation), &carried, &result});
        }
        handed_out_.notify_one();
    }

private:
    struct HandedOut {
        tasks::Operation operation;
        CarriedTask* carried;
        tasks::Result* result;

        void perform() const {
            *result = std::visit(tasks::Overloaded{
                                     [this](tasks::Compute) {
                                         carried->task().compute();
                                         return tasks::Result{};
                                     },
                                     []<tasks::OnFile Asked>(const Asked& asked) { return call_on_file(asked); },
                                     [](const auto&) { return tasks::Result{}; },
                                 },
                                 operation);
        }
    };

    OffloadLoop() : Reactor{make_epoll_poller()} {}

    void work() {
        std::unique_lock lock{mutex_};
        for (;;) {
            handed_out_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (stopping_) return;
            const HandedOut job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            std::exception_ptr failure;
            try {
                job.perform();
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            if (failure) failure_ = failure;
            // If the list is not empty, the loop was signalled already and will take the whole list.
            if (returned_.empty()) signal_loop();
            returned_.push_back(job.carried);
        }
    }
    void signal_loop() const {
        const std::uint64_t one = 1;
        sys::check(::write(returned_fd_.get(), &one, sizeof one), "write(eventfd)");
    }
    // When threads have finished something. Throws what a computation threw.
    void resume() override {
        std::uint64_t count = 0;
        sys::check(::read(returned_fd_.get(), &count, sizeof count), "read(eventfd)");
        std::vector<Continuation*> returned;
        {
            const std::scoped_lock lock{mutex_};
            if (failure_) std::rethrow_exception(failure_);
            returned.swap(returned_);
        }
        outstanding_ -= returned.size();
        if (outstanding_ > 0) wait_ready(Readiness::readable, returned_fd_.get(), *this);
        for (Continuation* const continuation : returned) post(*continuation);
    }

    sys::UniqueFd returned_fd_{sys::check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
    std::size_t outstanding_ = 0;  // used by the loop's thread only
    std::mutex mutex_;
    std::condition_variable handed_out_;
    std::deque<HandedOut> jobs_;  // this and the next three are guarded by mutex_
    std::vector<Continuation*> returned_;
    std::exception_ptr failure_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

class OffloadOperation : public ReadinessOperation<OffloadLoop> {
public:
    explicit OffloadOperation(OffloadLoop& loop) : ReadinessOperation{loop}, offload_{&loop} {}

    template <TaskSpawner Spawner>
    [[nodiscard]] bool start(tasks::Operation& operation, CarriedTask& carried, Spawner& spawner) {
        handed_out_ = blocks_a_loop(operation);
        if (!handed_out_) return ReadinessOperation::start(operation, carried, spawner);
        offload_->hand_out(std::move(operation), carried, result_);
        return false;
    }
    [[nodiscard]] bool go_on(Continuation& continuation) {
        return handed_out_ || ReadinessOperation::go_on(continuation);
    }
    [[nodiscard]] tasks::Result result() const noexcept { return handed_out_ ? result_ : ReadinessOperation::result(); }

private:
    OffloadLoop* offload_;
    bool handed_out_ = false;
    tasks::Result result_;  // of what was handed out
};

}  // namespace

extern constinit const Entry offload_entry{
    .name = "offload",
    .family = Family::hybrids,
    .carrier = "coroutine frame; N threads compute",
    .wait_mechanism = "epoll, level-triggered",
    .summary = "coroutines on the epoll loop, computations and files on a thread pool",
    .parameters = pool_parameters,
    .support = support_worker_threads,
    .make = make_pool<CoroutineModel<OffloadLoop, OffloadOperation>>,
    .default_arguments = a_worker_for_each_cpu,
};

}  // namespace models
