// Carrier: completion handlers (the library's allocations hold the state). Waiter: standalone Asio's io_context, which
// is epoll inside, edge-triggered; it tries a call first and registers only where it would block.
//
// Proactor style as most C++ services have it: start an operation with a handler, be called when it is done. Timers,
// sockets and posted work come through one queue. Good wherever an event loop is, and portable. Its weakness: each
// operation costs the library an object and an indirect call, and errors and lifetimes are scattered over handlers.
#include "models/libraries/asio_handlers.h"
#include "models/loop/table_model.h"

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
    // One thread alone: the library leaves its locks out. (A hint of 1 would keep them, and only the waking of others
    // would be left out.)
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
