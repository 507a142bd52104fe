// Carrier: completion handlers on N threads. Wait mechanism: standalone Asio's io_context, one for all threads.
//
// Any thread takes the next ready handler, so all CPUs are used and share the work evenly. The caller posts the index
// of each root task, and the thread that takes it makes the task. Good for CPU work between waits. Its weaknesses: the
// one queue has a lock, and a task moves from CPU to CPU.
#include <atomic>
#include <condition_variable>
#include <exception>
#include <thread>

#include "models/libraries/asio_handlers.h"
#include "models/model.h"

namespace models {
namespace {

class AsioPool final : public Model {
public:
    // If a thread does not start, the destructor stops the others: the constructor below has ended by then.
    AsioPool(const tasks::Job& job, tasks::Ledger& ledger, std::size_t workers)
        : AsioPool{job, ledger, static_cast<int>(workers)} {
        for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
    }
    ~AsioPool() override {
        guard_.reset();
        context_.stop();
    }

    void run() override {
        primitives_.begin_run(demand_);
        // One more for the caller: the count must not reach zero before all tasks have been started.
        able_.store(1);
        for (std::size_t index = 0; index < job_.size(); ++index) {
            able_.fetch_add(1, std::memory_order_relaxed);
            AsioTask<AsioPool>::post_root(*this, index);
        }
        task_ended();
        std::unique_lock lock{mutex_};
        all_ended_.wait(lock, [this] { return ended_; });
        ended_ = false;
        if (!failure_) return;
        lock.unlock();
        // No task runs after this run, as in any model. The model will not run again.
        context_.stop();
        threads_.clear();
        std::rethrow_exception(failure_);
    }

    using JoinCounter = SharedJoinCounter;
    void start(std::unique_ptr<tasks::Task> task, AsioReportsTo<JoinCounter> reports_to) {
        able_.fetch_add(1, std::memory_order_relaxed);
        AsioTask<AsioPool>::post(*this, std::move(task), std::move(reports_to));
    }
    void task_ended() {
        const std::size_t left = able_.fetch_sub(1, std::memory_order_acq_rel) - 1;
        if (left == 0) return end_run(nullptr);
        if (shares_) end_if_all_wait();
    }
    void task_waits() { end_if_all_wait(); }
    // It may have gone on already, and may even be the last task of the run that ends.
    void task_joins() { task_ended(); }
    void task_joined() noexcept { able_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] const tasks::Job& job() const noexcept { return job_; }
    [[nodiscard]] asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] AsioPrimitives& primitives() noexcept { return primitives_; }
    [[nodiscard]] tasks::Ledger& ledger() noexcept { return ledger_; }

private:
    AsioPool(const tasks::Job& job, tasks::Ledger& ledger, int threads)
        : job_{job}, ledger_{ledger}, demand_{job.demand()}, context_{threads} {
        open_kernel_parts(context_);
    }

    void work() {
        try {
            context_.run();
        } catch (...) {
            end_run(std::current_exception());
        }
    }
    // Each task that is about to wait, or has ended, looks: so the last one sees all others wait.
    void end_if_all_wait() {
        if (const auto waiting = primitives_.all_wait(able_)) end_run(std::make_exception_ptr(Deadlock{*waiting}));
    }
    void end_run(const std::exception_ptr& failure) {
        const std::scoped_lock lock{mutex_};
        if (failure) failure_ = failure;
        ended_ = true;
        all_ended_.notify_one();
    }
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    tasks::Demand demand_;
    bool shares_ = demand_.shares();
    std::atomic<std::size_t> able_{0};  // tasks that are alive and do not wait for their children
    std::mutex mutex_;
    std::condition_variable all_ended_;
    bool ended_ = false;  // this and the next are guarded by mutex_
    std::exception_ptr failure_;
    asio::io_context context_;
    AsioPrimitives primitives_{context_};
    asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(context_);
    std::vector<std::jthread> threads_;  // destroyed first: they use the members above
};

}  // namespace

extern constinit const Entry asio_pool_entry{
    .name = "asio_pool",
    .family = Family::libraries,
    .carrier = "completion handlers on N threads",
    .wait_mechanism = "Asio's io_context",
    .summary = "standalone Asio, one io_context run by N threads",
    .parameters = pool_parameters,
    .support = support_worker_threads,
    .make = make_pool<AsioPool>,
    .default_arguments = a_worker_for_each_cpu,
};

}  // namespace models
