#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <utility>

#include "models/libraries/asio_loop.h"
#include "models/loop/local_operations.h"
#include "tasks/ledger.h"
#include "tasks/task.h"

namespace models {

// The model that runs AsioTasks.
template <class Host>
concept AsioHost = TaskSpawner<Host> && requires(Host& host) {
    { host.job() } -> std::same_as<const tasks::Job&>;
    { host.context() } -> std::same_as<asio::io_context&>;
    { host.primitives() } -> std::same_as<AsioPrimitives&>;
    { host.ledger() } -> std::same_as<tasks::Ledger&>;
    host.task_ended();
    host.task_waits();  // one more waits for another
};

// A task driven by Asio's completion handlers: the handler of each operation resumes the task. A task has one operation
// at a time, so it needs no strand, even with many threads. Shared by asio and asio_pool.
template <class Host>
class AsioTask final : public AsioWaiter {
public:
    AsioTask(Host& host, std::unique_ptr<tasks::Task> task, tasks::TaskId id)
        : host_{host}, task_{std::move(task)}, id_{id}, timer_{host.context()}, sockets_{host.context()} {}

    // The host's context will make root task `index`, and run it.
    static void post_root(Host& host, std::size_t index) {
        asio::post(host.context(), [&host, index] {
            go_on(std::make_unique<AsioTask>(host, host.job().make(index), tasks::root(index)), {});
        });
    }
    // The host's context will run the task.
    static void post(Host& host, std::unique_ptr<tasks::Task> task, tasks::TaskId id) {
        auto made = std::make_unique<AsioTask>(host, std::move(task), id);
        asio::post(host.context(), [made = std::move(made)]() mutable { go_on(std::move(made), {}); });
    }

    // Resumes the task until it has to wait or has finished; then this object is destroyed.
    static void go_on(std::unique_ptr<AsioTask> self, tasks::Result result) {
        static_assert(AsioHost<Host>);
        AsioTask& task = *self;
        for (;;) {
            tasks::Operation next = task.task_->resume(result);
            if (const auto* const finish = std::get_if<tasks::Finish>(&next)) {
                Host& host = task.host_;
                host.ledger().finish(task.id_, *finish);
                self.reset();
                return host.task_ended();
            }
            if (!task.perform(next, self)) return;
            result = task.result_;
        }
    }
    // Another task has woken it.
    void resume() override { go_on(std::unique_ptr<AsioTask>{this}, result_); }
    void drop() noexcept override { delete this; }

private:
    using Self = std::unique_ptr<AsioTask>;

    // A handler that resumes the task with the operation's result.
    static auto completion(Self& self) {
        return [self = std::move(self)](const asio::error_code& error, std::size_t bytes = 0) mutable {
            go_on(std::move(self), to_result(error, bytes));
        };
    }

    // True: the operation is done, and `self` still owns the object. False: a handler owns it.
    bool perform(tasks::Operation& operation, Self& self) {
        result_ = {};
        return std::visit(
            tasks::Overloaded{
                [&](const tasks::Accept& accept) {
                    auto& acceptor = sockets_.acceptor(accept.listener);
                    acceptor.async_accept([self = std::move(self)](const asio::error_code& error,
                                                                   asio::ip::tcp::socket connection) mutable {
                        const int descriptor = error ? 0 : connection.release();
                        go_on(std::move(self), error ? to_result(error) : tasks::Result{descriptor});
                    });
                    return false;
                },
                [&](const tasks::Connect& connect) {
                    const asio::ip::tcp::endpoint where{asio::ip::address_v4{ntohl(connect.address.sin_addr.s_addr)},
                                                        ntohs(connect.address.sin_port)};
                    sockets_.stream(connect.socket).async_connect(where, completion(self));
                    return false;
                },
                [&](const tasks::Receive& receive) {
                    auto& stream = sockets_.stream(receive.socket);
                    stream.async_read_some(asio::buffer(receive.into.data(), receive.into.size()), completion(self));
                    return false;
                },
                [&](const tasks::Send& send) {
                    auto& stream = sockets_.stream(send.socket);
                    asio::async_write(stream, asio::buffer(send.bytes.data(), send.bytes.size()), completion(self));
                    return false;
                },
                [&](const tasks::Sleep& sleep) {
                    timer_.expires_at(sleep.until);
                    timer_.async_wait(completion(self));
                    return false;
                },
                [&](tasks::Compute) {
                    task_->compute();
                    return true;
                },
                [&](tasks::Yield) {
                    asio::post(host_.context(), [self = std::move(self)]() mutable { go_on(std::move(self), {}); });
                    return false;
                },
                [&]<OnPrimitive Asked>(const Asked& asked) {
                    Host& host = host_;
                    if (host.primitives().start(asked, *this, result_)) return true;
                    // The task may have gone on already, on another thread.
                    (void)self.release();
                    host.task_waits();
                    return false;
                },
                [&](tasks::Spawn& spawn) {
                    host_.start(std::move(spawn.task), tasks::TaskId::spawned);
                    return true;
                },
                [](const tasks::Finish&) { return true; },
            },
            operation);
    }

    Host& host_;
    std::unique_ptr<tasks::Task> task_;
    tasks::TaskId id_;
    tasks::Result result_;  // of an operation that needs no handler
    asio::steady_timer timer_;
    AsioSockets sockets_;  // destroyed before the task, which closes the descriptors
};

}  // namespace models
