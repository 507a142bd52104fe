// Carrier: a C++20 coroutine frame for each task, the library's awaitable. Wait mechanism: standalone Asio's
// io_context.
//
// What a user of the library writes today: co_await each operation, and handle its error in place. Good where asio is,
// and the code reads from top to bottom. Its weakness: each resumption goes through the library's executor, which costs
// more than a bare coroutine.
#include <exception>
#include <optional>
#include <stdexcept>

#include "models/libraries/asio_loop.h"
#include "models/loop/file_calls.h"
#include "models/model.h"

namespace models {
namespace {

class AsioCoroutine final : public AsioLoopModel {
public:
    AsioCoroutine(const tasks::Job& job, tasks::Ledger& ledger) : AsioLoopModel{job, ledger} {}

    void start_root(std::size_t index) override { start(nullptr, tasks::root(index)); }

private:
    // Null: a root task, which the coroutine makes. co_spawn runs a spawned task at once, inside its parent, until the
    // task waits for the first time. So the tasks of a tree begin depth first.
    void start(std::unique_ptr<tasks::Task> task, ReportsTo reports_to) {
        task_started();
        asio::co_spawn(context(), drive(std::move(task), std::move(reports_to)),
                       [this](const std::exception_ptr& failure) {
                           if (failure) std::rethrow_exception(failure);
                           task_ended();
                       });
    }
    asio::awaitable<void> drive(std::unique_ptr<tasks::Task> task, ReportsTo reports_to) {
        if (!task) task = job().make(static_cast<std::size_t>(reports_to.id()));
        // Declared after the task: the sockets are released before the task closes them. Empty if the task uses none.
        std::optional<AsioIo> used;
        const auto io = [this, &used]() -> AsioIo& { return used ? *used : used.emplace(context()); };
        Waiter waiter;
        OwningChildren<JoinCounter> children;
        tasks::Result result{};
        for (;;) {
            tasks::Operation next = task->resume(result);
            if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                children.require_joined();
                if (Continuation* const parent = reports_to.report(*finish, ledger())) {
                    task_joined();
                    AsioWaiter::post(context(), parent);
                }
                co_return;
            }
            static_assert(std::variant_size_v<tasks::Operation> == 20, "a new operation has to be learnt here");
            asio::error_code error;
            auto token = asio::redirect_error(asio::use_awaitable, error);
            result = {};
            // Instead of std::visit, since co_await cannot stand in its lambdas.
            if (const auto* const accept = std::get_if<tasks::Accept>(&next)) {
                auto connection = co_await io().sockets.acceptor(accept->listener).async_accept(token);
                result = error ? to_result(error) : tasks::Result{connection.release()};
            } else if (const auto* const connect = std::get_if<tasks::Connect>(&next)) {
                const asio::ip::tcp::endpoint where{asio::ip::address_v4{ntohl(connect->address.sin_addr.s_addr)},
                                                    ntohs(connect->address.sin_port)};
                co_await io().sockets.stream(connect->socket).async_connect(where, token);
                result = to_result(error);
            } else if (const auto* const receive = std::get_if<tasks::Receive>(&next)) {
                const auto into = asio::buffer(receive->into.data(), receive->into.size());
                result = to_result(error, co_await io().sockets.stream(receive->socket).async_read_some(into, token));
                if (error) result = to_result(error);
            } else if (const auto* const send = std::get_if<tasks::Send>(&next)) {
                const auto bytes = asio::buffer(send->bytes.data(), send->bytes.size());
                const std::size_t sent = co_await asio::async_write(io().sockets.stream(send->socket), bytes, token);
                result = to_result(error, sent);
            } else if (const auto* const sleep = std::get_if<tasks::Sleep>(&next)) {
                io().timer.expires_at(sleep->until);
                co_await io().timer.async_wait(token);
                result = to_result(error);
            } else if (std::holds_alternative<tasks::Compute>(next)) {
                task->compute();
            } else if (std::holds_alternative<tasks::Yield>(next)) {
                co_await asio::post(context(), asio::use_awaitable);
            } else if (auto* const spawn = std::get_if<tasks::Spawn>(&next)) {
                if (spawn->joined) {
                    start(std::move(spawn->task), ReportsTo{children.child_begins()});
                } else {
                    start(std::move(spawn->task), tasks::TaskId::spawned);
                }
            } else if (std::holds_alternative<tasks::Join>(next)) {
                if (!children.join(waiter, waiter.result)) {
                    task_joins();
                    co_await waiter.resumed();
                }
                result = waiter.result;
            } else {
                const bool done = std::visit(
                    [&]<class Asked>(const Asked& asked) {
                        if constexpr (OnPrimitive<Asked>) {
                            return primitives().start(asked, waiter, waiter.result);
                        } else {
                            // Over epoll, the library has no operations on files.
                            if constexpr (tasks::OnFile<Asked>) waiter.result = call_on_file(asked);
                            return true;
                        }
                    },
                    next);
                if (!done) {
                    task_waits();
                    co_await waiter.resumed();
                }
                result = waiter.result;
            }
        }
    }

    // A frame that waits for another task, in the library's way: its handler resumes the frame.
    class Waiter final : public AsioWaiter {
    public:
        void resume() override { std::exchange(handler_, nullptr)->call(); }
        // The frame, and this object in it, are destroyed with the handler.
        void drop() noexcept override { const auto last = std::exchange(handler_, nullptr); }

        [[nodiscard]] asio::awaitable<void> resumed() {
            return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
                [this](auto handler) { handler_ = std::make_unique<Kept<decltype(handler)>>(std::move(handler)); },
                asio::use_awaitable);
        }

        tasks::Result result;

    private:
        struct AnyHandler {
            virtual ~AnyHandler() = default;
            virtual void call() = 0;
        };
        template <class Handler>
        struct Kept final : AnyHandler {
            explicit Kept(Handler handler) : kept{std::move(handler)} {}
            void call() override { std::move(kept)(); }
            Handler kept;
        };
        std::unique_ptr<AnyHandler> handler_;
    };
};

}  // namespace

extern constinit const Entry asio_coroutine_entry{
    .name = "asio_coroutine",
    .family = Family::libraries,
    .carrier = "coroutine frame (asio::awaitable)",
    .wait_mechanism = "Asio's io_context",
    .summary = "standalone Asio, an awaitable for each task on one thread",
    .support = support_one_process,
    .make = make_model<AsioCoroutine>,
};

}  // namespace models
