// Carrier: completion handlers; the library allocates the state. Wait mechanism: standalone Asio's io_context
// (edge-triggered epoll inside); it tries a call first, and waits only if the call would block.
//
// The proactor style of most C++ services: start an operation with a handler, which is called when the operation is
// done. Timers, sockets and posted work share one queue. Good wherever an event loop is, and portable. Its weaknesses:
// each operation costs an object and an indirect call, and error handling and lifetimes are spread over handlers.
#include "models/libraries/asio_handlers.h"
#include "models/model.h"

namespace models {
namespace {

class AsioModel final : public Model {
public:
    AsioModel(const tasks::Job& job, tasks::Ledger& ledger) : job_{job}, ledger_{ledger} {}

    void run() override {
        events_.clear();
        run_alone(
            context_, job_, [this](std::unique_ptr<tasks::Task> task, tasks::TaskId id) { start(std::move(task), id); },
            alive_);
    }

    void start(std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        ++alive_;
        auto made = std::make_unique<AsioTask<AsioModel>>(*this, std::move(task), id);
        asio::post(context_, [made = std::move(made)]() mutable { AsioTask<AsioModel>::go_on(std::move(made), {}); });
    }
    void task_ended() noexcept { --alive_; }
    [[nodiscard]] asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] AsioEvents& events() noexcept { return events_; }
    [[nodiscard]] tasks::Ledger& ledger() noexcept { return ledger_; }

private:
    const tasks::Job& job_;
    tasks::Ledger& ledger_;
    std::size_t alive_ = 0;
    // One thread: the library uses no locks. (The hint 1 would keep the locks and only save waking other threads.)
    asio::io_context context_{ASIO_CONCURRENCY_HINT_UNSAFE};
    AsioEvents events_{context_};
};

}  // namespace

extern constinit const Entry asio_entry{
    .name = "asio",
    .family = Family::libraries,
    .carrier = "completion handlers",
    .waiter = "Asio's io_context",
    .summary = "standalone Asio, completion handlers on one thread",
    .parameters = {},
    .support = support_one_process,
    .make = make_model<AsioModel>,
};

}  // namespace models
